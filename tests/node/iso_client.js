// A second ISO 8583 client that shares no code with Cardium, nor with iso_client.py.
//
//     node iso_client.js --port 8583 < script.json
//
// The script is that of tests/python/iso_client.py: a list of steps, each with "send" (a message
// or a list of them) and optionally "expect" (how many responses to read). It prints the list of
// all responses. Messages are JSON objects: "t" is the message type, "2" to "128" are the data
// elements. Unlike Python's, this codec frames messages itself and always sends both bitmaps.
//
// It fails with status 1 and a line on stderr if the host closes early or keeps silent too long.

"use strict";

const net = require("node:net");
const Iso8583 = require("iso_8583");

const PATIENCE_MS = 10_000;

function framed({ t, ...elements }) {
  const packed = new Iso8583({ 0: t, ...elements }).getBufferMessage();
  if (!Buffer.isBuffer(packed)) throw new Error(`not packed: ${packed.error}`);
  return packed;
}

function decoded(frame) {
  const { 0: t, error, ...elements } = new Iso8583().getIsoJSON(frame);
  if (error) throw new Error(`not unpacked: ${error}`);
  return { t, ...elements };
}

// Gives a function that waits for the next response.
function responsesOf(socket) {
  let bytes = Buffer.alloc(0);
  let wake = () => {};
  let failure = null;
  const fail = (message) => {
    failure ??= new Error(message);
    wake();
  };
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => fail("the host closed the connection"));
  socket.setTimeout(PATIENCE_MS, () => fail("the host keeps silent"));
  return async () => {
    for (;;) {
      const end = bytes.length < 2 ? Infinity : 2 + bytes.readUInt16BE(0);
      if (bytes.length >= end) {
        const frame = bytes.subarray(0, end);
        bytes = bytes.subarray(end);
        return decoded(frame);
      }
      if (failure) throw failure;
      await new Promise((resolve) => (wake = resolve));
    }
  };
}

async function play(port, steps) {
  const socket = net.connect({ host: "127.0.0.1", port });
  const next = responsesOf(socket);
  const responses = [];
  for (const { send = [], expect } of steps) {
    const messages = Array.isArray(send) ? send : [send];
    socket.write(Buffer.concat(messages.map(framed)));
    for (let left = expect ?? messages.length; left > 0; left -= 1) {
      responses.push(await next());
    }
  }
  socket.destroy();
  return responses;
}

async function main() {
  const [flag, port] = process.argv.slice(2);
  if (flag !== "--port") throw new Error("usage: iso_client.js --port PORT < script.json");
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const responses = await play(Number(port), JSON.parse(Buffer.concat(chunks)));
  process.stdout.write(JSON.stringify(responses));
}

main().catch((error) => {
  process.stderr.write(`iso_client: ${error.message}\n`);
  process.exitCode = 1;
});
