"""Verifies webhooks with code that is not Cardium's: tests/node/verify_webhooks.js in Python.

    verify_webhooks.py < cases.json
"""

import datetime
import json
import sys

import standardwebhooks.webhooks as library
from webhook_sample import verify


def clock_at(seconds):
    """A `datetime` class for which this is the present."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(seconds, tz)

    return Clock


def passes(check):
    try:
        return check() is not False
    except Exception:
        return False


def verdict(case):
    library.datetime = clock_at(case["now"])
    body, secret = case["body"], case["secret"]
    return {
        "sample": passes(lambda: verify(body.encode(), case["signature"], secret)),
        "standard": passes(lambda: library.Webhook(secret).verify(body, case["headers"])),
    }


json.dump([verdict(case) for case in json.load(sys.stdin)], sys.stdout)
