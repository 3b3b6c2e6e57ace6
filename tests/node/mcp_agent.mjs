// An agent made with an official TypeScript SDK, @modelcontextprotocol/sdk or the newer
// @modelcontextprotocol/client: it finds its way from the first refusal, and does whatever the SDK
// does by itself. Its arguments are the SDK's name, `sdk` or `client`, and the MCP server.
import assert from 'node:assert/strict';
import { ask, authorize, done, load } from './dialogue.mjs';

const parts = ['client/index.js', 'client/streamableHttp.js', 'client/auth.js'];
const [name, url] = process.argv.slice(2);
const sdk =
  name === 'client'
    ? load('@modelcontextprotocol/client')
    : Object.assign({}, ...parts.map(part => load(`@modelcontextprotocol/sdk/${part}`)));
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = sdk;

const server = new URL(url);
const redirect = 'http://localhost:3118/callback';

// What an application keeps for the SDK.
const kept = { links: [], registrations: 0 };
const provider = {
  redirectUrl: redirect,
  clientMetadata: {
    client_name: 'TypeScript agent',
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none'
  },
  state: () => 'a state of ours',
  clientInformation: () => kept.client,
  saveClientInformation: client => {
    kept.registrations += 1;
    kept.client = client;
  },
  tokens: () => kept.tokens,
  saveTokens: tokens => {
    kept.tokens = tokens;
  },
  redirectToAuthorization: url => {
    kept.links.push(url);
  },
  saveCodeVerifier: verifier => {
    kept.verifier = verifier;
  },
  codeVerifier: () => kept.verifier,
  invalidateCredentials: scope => {
    if (scope === 'tokens' || scope === 'all') delete kept.tokens;
    if (scope === 'client' || scope === 'all') delete kept.client;
  }
};

let client;
let transport;

// Connects; whenever the SDK sends the user away, the user goes, and the SDK is told the code.
async function connect() {
  await client?.close();
  client = new Client({ name: 'typescript-agent', version: '1.0.0' });
  transport = new StreamableHTTPClientTransport(server, { authProvider: provider });
  await client.connect(transport);
}

async function withOwner(action) {
  const before = kept.links.length;
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  assert.equal(kept.links.length, before + 1, 'the owner is asked once');
  const back = await authorize(kept.links.at(-1));
  assert.equal(`${back.origin}${back.pathname}`, redirect);
  assert.equal(back.searchParams.get('state'), 'a state of ours');
  assert.equal(back.searchParams.get('iss'), server.origin);
  const code = back.searchParams.get('code');
  // The newer SDK looks at the issuer itself.
  await transport.finishAuth(name === 'client' ? back.searchParams : code);
  return action();
}

const call = (name, args) => client.callTool({ name, arguments: args });

async function succeeds(name, args) {
  const result = await call(name, args);
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.structuredContent;
}

async function isRefused(name, args) {
  const result = await call(name, args);
  assert.equal(result.isError, true, JSON.stringify(result));
  return JSON.parse(result.content[0].text);
}

const status = async path => {
  const headers = { authorization: `Bearer ${kept.tokens.access_token}` };
  return (await fetch(new URL(path, server), { headers })).status;
};

// From the 401 to a connection.
await withOwner(connect);
assert.equal(kept.registrations, 1);
const seen = async () => (await client.listTools()).tools.map(tool => tool.name);
const first = await seen();
assert.ok(first.includes('list_cards') && !first.includes('issue_card'), first.join());

// A tool that the scope does not cover: the SDK steps up and the call succeeds.
const wish = { type: 'virtual', bin: '489517', idempotency_key: 'the card' };
const links = kept.links.length;
const card = await withOwner(() => succeeds('issue_card', wish));
assert.equal(kept.links.length, links + 1, 'it took a consent');
assert.deepEqual(await succeeds('issue_card', wish), card, 'one key is one card');
const id = card.id;

// Money, within what the consent page offers at first: 50.00 at once, asks above 25.00.
const fund = (amount, key) => ({ id, amount_usd: amount, idempotency_key: key });
const loaded = await withOwner(() => succeeds('load_card', fund(20, 'load 1')));
assert.equal(loaded.loaded_usd, 20);
assert.deepEqual(await succeeds('load_card', fund(20, 'load 1')), loaded);
const second = await seen();
assert.ok(second.includes('issue_card') && second.includes('load_card'));
const tooMuch = await isRefused('load_card', fund(60, 'load 2'));
assert.equal(tooMuch.code, 'mandate_exceeded');
const asked = await isRefused('load_card', fund(30, 'load 3'));
assert.equal(asked.code, 'approval_required');
await ask({ ask: 'approve', id: asked.approval_id });
const approved = await succeeds('load_card', fund(30, 'load 3'));
assert.equal(approved.loaded_usd, 30);
assert.deepEqual(await succeeds('load_card', fund(30, 'load 3')), approved, 'once');
const balance = (await succeeds('get_card', { id })).available_usd;
assert.equal(balance, 50);

// An access token that is no good any more is refreshed without anybody's help.
const old = kept.tokens;
kept.tokens = { ...old, access_token: `${old.access_token}x` };
await succeeds('get_card', { id });
assert.notEqual(kept.tokens.access_token, old.access_token);
assert.notEqual(kept.tokens.refresh_token, old.refresh_token);

// What is revoked is over at both doors.
assert.equal(await status('/v1/cards'), 200);
await ask({ ask: 'revoke' });
assert.equal(await status('/v1/cards'), 401);
assert.equal(await status(server.pathname), 401);
const before = kept.links.length;
await assert.rejects(call('get_card', { id }), UnauthorizedError);
assert.equal(kept.links.length, before + 1, 'the user is asked anew');
await client.close();
done({ card: id, registrations: kept.registrations, consents: kept.links.length - 1 });
