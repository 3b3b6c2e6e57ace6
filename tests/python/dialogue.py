"""What the programs of this folder share: they ask the test, line by line, for what only a person
can do, and in the end say what they have seen."""

import json
import sys
from urllib.parse import parse_qs, urlparse


def ask(**question):
    print(json.dumps(question), flush=True)
    return json.loads(sys.stdin.readline())


def authorize(url, **more):
    """Lets the owner follow a link; gives what the client is answered, and where."""
    location = urlparse(ask(ask="authorize", url=url, **more)["location"])
    answer = {name: value for name, (value,) in parse_qs(location.query).items()}
    return location._replace(query="").geturl(), answer


def done(**result):
    print(json.dumps({"done": result}), flush=True)
