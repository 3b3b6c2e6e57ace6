// The OAuth server as oauth4webapi sees it, which validates every answer as strictly as the
// standards allow: RFC 9728, 8414, 7591, 7592, 6749 with 7636 and 9207, 8707, 9068, 7662 and 7009.
// Then the same flow with openid-client. The one argument is the server's URL.
import assert from 'node:assert/strict';
import { authorize, done, load } from './dialogue.mjs';

const oauth = load('oauth4webapi');
const openid = load('openid-client');

const base = process.argv[2];
const resource = new URL('/mcp', base);
const redirect_uri = 'http://127.0.0.1:3120/callback';
const scope = 'card:read card:issue card:fund';
// The server is on this machine.
const insecure = { [oauth.allowInsecureRequests]: true };

// RFC 9728 leads to RFC 8414.
const described = await oauth.processResourceDiscoveryResponse(
  resource,
  await oauth.resourceDiscoveryRequest(resource, insecure)
);
assert.deepEqual(described.authorization_servers, [base]);
const issuer = new URL(described.authorization_servers[0]);
const discovered = async algorithm =>
  oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
  );
const server = await discovered('oauth2');
assert.deepEqual(await discovered('oidc'), server);
assert.equal(server.authorization_response_iss_parameter_supported, true);
assert.deepEqual(server.code_challenge_methods_supported, ['S256']);

// RFC 7591.
const client = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(
    server,
    {
      client_name: 'oauth4webapi',
      redirect_uris: [redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope
    },
    insecure
  )
);
const secret = oauth.ClientSecretBasic(client.client_secret);

// RFC 6749 section 4.1 with RFC 7636, RFC 8707 and RFC 9207; gives what the client is sent.
async function consent() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const link = new URL(server.authorization_endpoint);
  link.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri,
    scope,
    state,
    resource: resource.href,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256'
  });
  const back = await authorize(link);
  assert.throws(() => oauth.validateAuthResponse(server, client, back, 'another state'));
  return { answer: oauth.validateAuthResponse(server, client, back, state), verifier };
}

async function redeem({ answer, verifier }, how = secret) {
  const reply = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    how,
    answer,
    redirect_uri,
    verifier,
    { additionalParameters: { resource: resource.href }, ...insecure }
  );
  return oauth.processAuthorizationCodeResponse(server, client, reply);
}

async function refresh(token) {
  const reply = await oauth.refreshTokenGrantRequest(server, client, secret, token, insecure);
  return oauth.processRefreshTokenResponse(server, client, reply);
}

const introspect = async token =>
  oauth.processIntrospectionResponse(
    server,
    client,
    await oauth.introspectionRequest(server, client, secret, token, insecure)
  );

const revoke = async token =>
  oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, secret, token, insecure)
  );

// What the token is good for at the API.
async function status(token) {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(new URL('/v1/cards', base), { headers })).status;
}

const isRefused = (promise, error) =>
  assert.rejects(promise, refusal => {
    assert.equal(refusal.error ?? refusal.cause?.[0]?.parameters?.error, error, refusal);
    return true;
  });

async function isOver(...tokens) {
  for (const token of tokens) {
    assert.equal(await status(token.access_token), 401);
    assert.equal((await introspect(token.access_token)).active, false);
    await isRefused(refresh(token.refresh_token), 'invalid_grant');
  }
}

// RFC 9068 and RFC 7662.
const first = await redeem(await consent());
assert.deepEqual(new Set(first.scope.split(' ')), new Set(scope.split(' ')));
for (const audience of [resource.href, new URL('/v1', base).href]) {
  const request = new Request(audience, {
    headers: { authorization: `Bearer ${first.access_token}` }
  });
  const options = { signingAlgorithms: ['ES256'], ...insecure };
  const claims = await oauth.validateJwtAccessToken(server, request, audience, options);
  assert.equal(claims.client_id, client.client_id);
  assert.ok(claims.sub.startsWith('acc_'), claims.sub);
  assert.ok(claims.exp - claims.iat <= 600, 'ten minutes at most');
}
const active = await introspect(first.access_token);
assert.equal(active.active, true);
assert.equal(active.client_id, client.client_id);
assert.equal(active.iss, base);
assert.equal((await introspect(first.refresh_token)).active, true);
assert.equal((await introspect('nothing of ours')).active, false);
assert.equal(await status(first.access_token), 200);

// Refresh tokens rotate. Processes of one client race: for a while the old one has siblings.
const second = await refresh(first.refresh_token);
assert.notEqual(second.refresh_token, first.refresh_token);
const siblings = [];
for (let number = 0; number < 5; number += 1) siblings.push(await refresh(first.refresh_token));
assert.equal(new Set(siblings.map(one => one.refresh_token)).size, 5);
assert.equal(await status(siblings[4].access_token), 200);
// One too many: two hold the token, and everything goes.
await isRefused(refresh(first.refresh_token), 'invalid_grant');
await isOver(first, second, ...siblings);

// A code is good once; who brings it again ends what came of it.
const begun = await consent();
const fromCode = await redeem(begun);
assert.equal(await status(fromCode.access_token), 200);
await isRefused(redeem(begun), 'invalid_grant');
await isOver(fromCode);

// Neither without the verifier nor without the secret.
const other = await consent();
const verifier = oauth.generateRandomCodeVerifier();
await isRefused(redeem({ ...other, verifier }), 'invalid_grant');
const wrong = oauth.ClientSecretBasic('a guess');
await assert.rejects(redeem(await consent(), wrong), { status: 401 });

// RFC 7009: either token ends the grant.
for (const which of ['refresh_token', 'access_token']) {
  const tokens = await redeem(await consent());
  assert.equal(await status(tokens.access_token), 200);
  await revoke(tokens[which]);
  await isOver(tokens);
}
await revoke('nothing of ours');

// The same with openid-client.
const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
const config = await openid.discovery(
  issuer,
  client.client_id,
  undefined,
  openid.ClientSecretBasic(client.client_secret),
  options
);
const pkceCodeVerifier = openid.randomPKCECodeVerifier();
const expectedState = openid.randomState();
const link = openid.buildAuthorizationUrl(config, {
  redirect_uri,
  scope,
  state: expectedState,
  resource: resource.href,
  code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256'
});
const checks = { pkceCodeVerifier, expectedState };
const granted = await openid.authorizationCodeGrant(config, await authorize(link), checks);
const renewed = await openid.refreshTokenGrant(config, granted.refresh_token);
assert.equal((await openid.tokenIntrospection(config, renewed.access_token)).active, true);
await openid.tokenRevocation(config, renewed.refresh_token);
assert.equal((await openid.tokenIntrospection(config, renewed.access_token)).active, false);

// RFC 7592.
const manage = async method => {
  const headers = { authorization: `Bearer ${client.registration_access_token}` };
  return fetch(client.registration_client_uri, { method, headers });
};
assert.equal((await (await manage('GET')).json()).client_id, client.client_id);
assert.equal((await manage('DELETE')).status, 204);
assert.equal((await manage('GET')).status, 401);
done({ siblings: siblings.length });
