// Runs the MCP conformance suite against a server that wants a credential, which the suite cannot
// be told: it talks to a relay in this process, which adds it and changes nothing else.
//   node conformance.mjs SERVER TOKEN ARGUMENTS...
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { join } from 'node:path';

const [server, token, ...rest] = process.argv.slice(2);
const { hostname, port } = new URL(server);
const suite = join(
  process.env.CARDIUM_TEST_NODE_MODULES,
  '@modelcontextprotocol/conformance/dist/index.js'
);

const relay = createServer((asked, answered) => {
  const headers = { ...asked.headers, authorization: `Bearer ${token}` };
  const { method, url: path } = asked;
  const passed = request({ hostname, port, method, path, headers }, reply => {
    answered.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answered);
  });
  passed.on('error', error => answered.destroy(error));
  asked.pipe(passed);
});

relay.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${relay.address().port}/mcp`;
  const run = spawn(process.execPath, [suite, 'server', '--url', url, ...rest], {
    stdio: 'inherit'
  });
  run.on('exit', code => process.exit(code ?? 2));
});
