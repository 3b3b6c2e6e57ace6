"""An ISO 8583 client that shares no code with Cardium.

    iso_client.py run --host 127.0.0.1 --port 8583 < script.json
    iso_client.py encode < message.json
    iso_client.py decode < message.hex

Messages are JSON objects in the terms of pyiso8583's `default` specification: "t" is the message
type, "2" to "128" are the data elements, binary ones in hexadecimal. On the wire each message
follows its length as two bytes, big-endian.

`run` takes a list of steps, does them on one connection and prints the list of all responses in
the order of their arrival. A step is an object with at most one of

    "send": a message, or a list of messages to send at once before anything is read;
    "raw":  bytes in hexadecimal, sent as they are, without a length before them;

and, after that,

    "expect":       how many responses to read: by default as many as "send" has messages;
    "expect_close": true if the host must now close the connection without another byte.

It fails with status 1 and a line on stderr if the host closes early or keeps silent too long.
"""

import argparse
import json
import socket
import struct
import sys

import iso8583
from iso8583.specs import default as SPEC

LENGTH = struct.Struct(">H")


class Failed(Exception):
    """The host did not do what the script expects."""


def encode(message):
    wire, _ = iso8583.encode(dict(message), SPEC)
    return bytes(wire)


def decode(wire):
    message, _ = iso8583.decode(wire, SPEC)
    return {key: text for key, text in message.items() if key not in ("h", "p", "1")}


def framed(message):
    wire = encode(message)
    return LENGTH.pack(len(wire)) + wire


class Connection:
    def __init__(self, host, port, timeout):
        self.socket = socket.create_connection((host, port), timeout)

    def read_exactly(self, count):
        parts = bytearray()
        while len(parts) < count:
            part = self.socket.recv(count - len(parts))
            if not part:
                raise Failed("the host closed the connection")
            parts += part
        return bytes(parts)

    def read_message(self):
        (length,) = LENGTH.unpack(self.read_exactly(LENGTH.size))
        return decode(self.read_exactly(length))

    def read_close(self):
        try:
            rest = self.socket.recv(1)
        except ConnectionResetError:
            return
        if rest:
            raise Failed("the host sent more instead of closing the connection")

    def do(self, step):
        messages = step.get("send", [])
        if isinstance(messages, dict):
            messages = [messages]
        self.socket.sendall(b"".join(map(framed, messages)))
        self.socket.sendall(bytes.fromhex(step.get("raw", "")))
        responses = [self.read_message() for _ in range(step.get("expect", len(messages)))]
        if step.get("expect_close"):
            self.read_close()
        return responses


def run(arguments):
    connection = Connection(arguments.host, arguments.port, arguments.timeout)
    with connection.socket:
        steps = enumerate(json.load(sys.stdin), start=1)
        responses = []
        for number, step in steps:
            try:
                responses += connection.do(step)
            except (Failed, OSError) as error:
                raise Failed(f"step {number}: {error}") from error
    print(json.dumps(responses))


def main():
    parser = argparse.ArgumentParser(description="An independent ISO 8583 client")
    commands = parser.add_subparsers(dest="command", required=True)
    script = commands.add_parser("run", help="do the script on stdin")
    script.add_argument("--host", default="127.0.0.1")
    script.add_argument("--port", type=int, required=True)
    script.add_argument("--timeout", type=float, default=10.0, help="seconds of silence allowed")
    commands.add_parser("encode", help="a message (JSON) to hexadecimal")
    commands.add_parser("decode", help="hexadecimal to a message (JSON)")
    arguments = parser.parse_args()
    if arguments.command == "encode":
        print(encode(json.load(sys.stdin)).hex())
    elif arguments.command == "decode":
        print(json.dumps(decode(bytes.fromhex(sys.stdin.read()))))
    else:
        run(arguments)


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError, iso8583.EncodeError, iso8583.DecodeError) as error:
        sys.exit(f"iso_client: {error}")
