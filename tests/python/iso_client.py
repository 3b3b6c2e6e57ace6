"""An ISO 8583 client that shares no code with Cardium.

    iso_client.py run --host 127.0.0.1 --port 8583 < script.json
    iso_client.py encode < message.json
    iso_client.py decode < message.hex

Messages are JSON objects in the terms of pyiso8583's `default` specification: "t" is the message
type, "2" to "128" are the data elements, binary ones in hexadecimal.

`run` takes a list of steps, does them on one connection and prints the list of all responses in
the order of their arrival. A step is an object with at most one of

    "send": a message, or a list of messages to send at once before anything is read;
    "raw":  bytes in hexadecimal, sent as they are, without a length before them;

and, after that,

    "expect":       how many responses to read: by default as many as "send" has messages;
    "expect_close": true if the host must now close the connection without another byte.

By default bitmaps are binary and each message follows its length as two bytes; `--bitmap hex` and
`--header four-ascii` are the other ways. With `--tls-ca` it talks through TLS and trusts that authority; `--tls-identity` is a PEM file with
the certificate and key that it shows then. `--tpdu` is a header in hexadecimal, ten digits: each
message is sent behind it, and its answer must come with destination and source swapped.

It fails with status 1 and a line on stderr if the host closes early or keeps silent too long.
"""

import argparse
import json
import socket
import ssl
import struct
import sys

import iso8583
from iso8583.specs import default, default_ascii

SPECS = {"binary": default, "hex": default_ascii}


class Failed(Exception):
    """The host did not do what the script expects."""


def encode(message, spec=default):
    wire, _ = iso8583.encode(dict(message), spec)
    return bytes(wire)


def decode(wire, spec=default):
    message, _ = iso8583.decode(wire, spec)
    return {key: text for key, text in message.items() if key not in ("h", "p", "1")}


class TwoByte:
    size = 2

    def write(self, length):
        return struct.pack(">H", length)

    def read(self, header):
        return struct.unpack(">H", header)[0]


class FourAscii:
    size = 4

    def write(self, length):
        return b"%04d" % length

    def read(self, header):
        return int(header)


HEADERS = {"two-byte": TwoByte(), "four-ascii": FourAscii()}


def connect(arguments):
    plain = socket.create_connection((arguments.host, arguments.port), arguments.timeout)
    if not arguments.tls_ca:
        return plain
    context = ssl.create_default_context(cafile=arguments.tls_ca)
    if arguments.tls_identity:
        context.load_cert_chain(arguments.tls_identity)
    return context.wrap_socket(plain, server_hostname="localhost")


class Connection:
    def __init__(self, arguments):
        self.socket = connect(arguments)
        self.spec = SPECS[arguments.bitmap]
        self.header = HEADERS[arguments.header]
        self.tpdu = bytes.fromhex(arguments.tpdu)

    def framed(self, message):
        wire = self.tpdu + encode(message, self.spec)
        return self.header.write(len(wire)) + wire

    def read_exactly(self, count):
        parts = bytearray()
        while len(parts) < count:
            part = self.socket.recv(count - len(parts))
            if not part:
                raise Failed("the host closed the connection")
            parts += part
        return bytes(parts)

    def read_message(self):
        length = self.header.read(self.read_exactly(self.header.size))
        wire = self.read_exactly(length)
        expected = self.tpdu[:1] + self.tpdu[3:5] + self.tpdu[1:3]
        if wire[: len(self.tpdu)] != expected:
            raise Failed("the answer does not go back where the request came from")
        return decode(wire[len(self.tpdu) :], self.spec)

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
        self.socket.sendall(b"".join(map(self.framed, messages)))
        self.socket.sendall(bytes.fromhex(step.get("raw", "")))
        responses = [self.read_message() for _ in range(step.get("expect", len(messages)))]
        if step.get("expect_close"):
            self.read_close()
        return responses


def run(arguments):
    connection = Connection(arguments)
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
    script.add_argument("--bitmap", choices=SPECS, default="binary")
    script.add_argument("--header", choices=HEADERS, default="two-byte")
    script.add_argument("--tpdu", default="", help="ten hexadecimal digits")
    script.add_argument("--tls-ca", help="PEM file of the authority to trust")
    script.add_argument("--tls-identity", help="PEM file of a certificate and its key")
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
