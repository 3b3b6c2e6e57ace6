// What the programs of this folder share: they ask the test, line by line, for what only a person
// can do, and in the end say what they have seen.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

// The packages do not lie beside the programs.
export const load = createRequire(join(process.env.CARDIUM_TEST_NODE_MODULES, 'programs.js'));

// Nothing here takes long: what hangs is a failure, not a test that never ends.
setTimeout(() => {
  console.error('the program took too long');
  process.exit(2);
}, 60_000).unref();

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdin.unref?.();

export async function ask(question) {
  process.stdin.ref?.();
  process.stdout.write(`${JSON.stringify(question)}\n`);
  const { value } = await lines.next();
  process.stdin.unref?.();
  return JSON.parse(value);
}

export function done(result) {
  process.stdout.write(`${JSON.stringify({ done: result })}\n`, () => process.exit(0));
}

// Lets the owner follow a link; gives the URL at which the client is answered.
export async function authorize(url, more = {}) {
  const { location } = await ask({ ask: 'authorize', url: String(url), ...more });
  return new URL(location);
}
