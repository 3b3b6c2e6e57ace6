// Goes through the pages as a person does, in headless Chromium, and as the agent that they
// are about. Reads {base, token, secret, cards, chromium, screenshots} from its standard input;
// prints what it saw as a JSON object. Fails on the first thing that is not as it should be.
import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_PATH, "here.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const given = JSON.parse(readFileSync(0, "utf8"));

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const VIEWPORTS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const seen = { pages: [], checks: 0, troubles: [] };
let ahead = 0;

const step = (name) => { seen.step = name; };

// What axe needs to run is a script, which the policy of the pages forbids: it is put in by the
// browser's own console, as an extension would.
async function check(page, name) {
  for (const [device, size] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(size);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} too wide on a ${device}`);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      const path = join(given.screenshots, `${name}-${device}-${scheme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run());
    for (const { id, impact, nodes } of violations) {
      const where = nodes.map((node) => node.html.slice(0, 120)).join(" | ");
      seen.troubles.push(`${name}, ${scheme}: ${impact} ${id}: ${where}`);
    }
    seen.checks += 1;
  }
  await page.emulateMedia({ colorScheme: "light" });
  seen.pages.push(name);
}

function watch(page) {
  page.on("console", (message) => {
    // That a form was refused is an answer, and no fault of the page.
    const refused = /status of (4\d\d)/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refused) seen.troubles.push(message.text());
  });
  page.on("pageerror", (error) => seen.troubles.push(String(error)));
}

const base32 = (text) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};

// RFC 6238, of a moment that is so many steps from now.
function totp(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + ahead) / 30) + steps));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}

async function api(method, path, body, token = given.token, headers = {}) {
  const answer = await fetch(given.base + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`, "content-type": "application/json", ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

async function advance(seconds) {
  const moved = await api("POST", "/v1/test/clock", { advance_seconds: seconds });
  assert.equal(moved.status, 200);
  ahead += seconds;
}

// The agent: a program on this machine that listens for its answer.
async function agent() {
  const answers = [];
  const waiting = [];
  const server = createServer((request, response) => {
    if (request.url.startsWith("/favicon")) { response.writeHead(404).end(); return; }
    const url = new URL(request.url, "http://127.0.0.1");
    response.setHeader("content-type", "text/html");
    response.end("<!DOCTYPE html><html lang=en><title>Agent</title><p>You can close this window.");
    (waiting.shift() ?? ((one) => answers.push(one)))(url.searchParams);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`;
  const registered = await fetch(`${given.base}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: given.client_name, redirect_uris: [redirect_uri],
      token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"],
    }),
  });
  assert.equal(registered.status, 201);
  const { client_id } = await registered.json();
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  return {
    close: () => server.close(),
    asks: (scope, state) => `${given.base}/oauth/authorize?${new URLSearchParams({
      response_type: "code", client_id, redirect_uri, scope, state,
      code_challenge: challenge, code_challenge_method: "S256",
    })}`,
    answer: () => (answers.length > 0
      ? Promise.resolve(answers.shift())
      : new Promise((resolve) => waiting.push(resolve))),
    exchange: async (code) => {
      const answer = await fetch(`${given.base}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code", code, redirect_uri, client_id,
          code_verifier: verifier,
        }),
      });
      const body = await answer.json();
      assert.equal(answer.status, 200, JSON.stringify(body));
      return body;
    },
  };
}

// Every button sends a form and every link is followed: what comes next is of the page that answers.
async function go(page, locator) {
  const answer = page.waitForEvent("load");
  await locator.click();
  await answer;
}
const press = (page, name) => go(page, page.getByRole("button", { name, exact: true }));
const follow = (page, name) => go(page, page.getByRole("link", { name }));
// The listener has the answer before the browser is there.
async function answered(page, helper) {
  const answer = await helper.answer();
  await page.waitForURL((url) => url.pathname === "/callback");
  return answer;
}

const fault = (page, name) => page.locator(`#${name}-fault`).innerText();

async function signIn(page, helper) {
  step("signing in");
  await page.goto(helper.asks(given.scope, "state-1"));
  assert.match(page.url(), /\/signin\?next=/);
  await check(page, "sign-in");
  await page.getByLabel("E-mail address").fill(given.email);
  await page.getByLabel("Password").fill("wrong horse battery staple");
  await press(page, "Sign in");
  const wrong = await page.getByRole("alert").innerText();
  await check(page, "sign-in-refused");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), given.email);
  await page.getByLabel("E-mail address").fill("nobody-at-all@example.com");
  await page.getByLabel("Password").fill("wrong horse battery staple");
  await press(page, "Sign in");
  assert.equal(await page.getByRole("alert").innerText(), wrong, "an address is not told");
  await page.getByLabel("E-mail address").fill(given.email);
  await page.getByLabel("Password").fill(given.password);
  await press(page, "Sign in");
  await check(page, "sign-in-code");
  const html = await page.content();
  assert.ok(!html.includes(given.password), "no page holds the password");
  await page.getByLabel("Code").fill(totp(given.secret, 1));
  await press(page, "Go on");
  assert.match(page.url(), /\/oauth\/consent\?request=/);
}

async function consent(page, helper) {
  step("consent");
  const reveal = page.getByLabel("See full card numbers with their security codes");
  const withdraw = page.getByLabel("Withdraw money to other addresses");
  assert.equal(await reveal.isChecked(), false);
  assert.equal(await withdraw.isChecked(), false);
  assert.equal(await page.getByLabel("Move money between your balance and your cards").isChecked(), true);
  assert.equal(await page.getByLabel("Your password").isVisible(), false);
  await check(page, "consent");
  await page.getByLabel("At once").fill("a lot");
  await page.getByLabel("In a day").fill("10.005");
  await page.getByLabel("Until the end of").fill("2020-01-01");
  await page.getByLabel("Only these").check();
  await reveal.check();
  await press(page, "Allow");
  assert.match(await fault(page, "per_transaction_usd"), /amount|number|decimal/i);
  assert.match(await fault(page, "daily_usd"), /decimal/i);
  assert.match(await fault(page, "expires_on"), /still to come/);
  assert.match(await fault(page, "cards"), /at least one/);
  assert.equal(await page.getByLabel("At once").inputValue(), "a lot");
  assert.equal(await reveal.isChecked(), true);
  await check(page, "consent-faults");
  await page.getByLabel("At once").fill("$50.00");
  await page.getByLabel("In a day").fill("100");
  await page.getByLabel("Until the end of").fill(given.later);
  await page.locator(`#${given.cards[0]}`).check();
  await press(page, "Allow");
  assert.match(await fault(page, "password"), /Enter your password/);
  await page.getByLabel("Your password").fill("wrong horse battery staple");
  await press(page, "Allow");
  assert.match(await fault(page, "password"), /wrong/);
  assert.equal(await page.getByLabel("Your password").inputValue(), "");
  await check(page, "consent-password");
  const address = page.url();
  await page.getByLabel("Your password").fill(given.password);
  await press(page, "Allow");
  const answer = await answered(page, helper);
  assert.equal(answer.get("state"), "state-1");
  assert.equal(answer.get("iss"), given.base);
  assert.ok(answer.get("code").length > 20);
  return { token: (await helper.exchange(answer.get("code"))).access_token, address };
}

async function again(page, helper) {
  step("a request that is over");
  await page.goto(helper.asks("card:read card:fund", "state-2"));
  const address = page.url();
  await page.getByText("is connected already").waitFor();
  await check(page, "consent-again");
  await press(page, "Deny");
  const denied = await answered(page, helper);
  assert.deepEqual([denied.get("error"), denied.get("state")], ["access_denied", "state-2"]);
  await page.goto(address);
  await page.getByRole("heading", { name: "This request is over" }).waitFor();
  await check(page, "consent-over");
}

async function longAfter(page, helper) {
  step("a sign-in of long ago");
  await page.goto(helper.asks("card:read card:fund account:write", "state-4"));
  await page.getByText("You signed in a while ago.").waitFor();
  assert.equal(await page.getByLabel("Your password").isVisible(), true);
  await check(page, "consent-stale");
  await press(page, "Allow");
  assert.match(await fault(page, "password"), /Enter your password/);
  await press(page, "Deny");
  assert.equal((await answered(page, helper)).get("error"), "access_denied");
}

async function byKeyboard(page, helper) {
  step("by keyboard");
  await page.goto(helper.asks("balance:read card:reveal_pan", "state-3"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  const reached = [];
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return { id: one.id || one.value || one.tagName, outline: `${outlineStyle} ${outlineWidth}` };
    });
    assert.equal(at.outline, "solid 3px", `the focus on ${at.id} is seen`);
    reached.push(at.id);
    if (at.id === "deny") break;
    if (at.id === "scope-card-reveal-pan") await page.keyboard.press("Space");
    if (at.id === "reveal-ask") await page.keyboard.press("ArrowDown");
    if (at.id === "password") await page.keyboard.type(given.password);
  }
  for (const id of ["scope-balance-read", "scope-card-reveal-pan", "reach-all", "password", "allow"]) {
    assert.ok(reached.includes(id), `${id} is reached: ${reached}`);
  }
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  const answer = await answered(page, helper);
  assert.equal(answer.get("state"), "state-3");
  return (await helper.exchange(answer.get("code"))).access_token;
}

const load = (token, card, amount, key) => api(
  "POST", `/v1/cards/${card}/load`, { amount_usd: amount }, token, { "idempotency-key": key },
);

async function approvals(page, token) {
  step("approvals");
  const small = await load(token, given.cards[0], "10.00", "small");
  assert.equal(small.status, 200, JSON.stringify(small.body));
  const large = await load(token, given.cards[0], "40.00", "large");
  assert.deepEqual([large.status, large.body.code], [403, "approval_required"]);
  const refused = await load(token, given.cards[0], "39.00", "other");
  await advance(11 * 60);
  await page.goto(`${given.base}/approvals`);
  await check(page, "approvals");
  const asked = await page.getByRole("main").innerText();
  assert.match(asked, /Load 40\.00 USD.* onto Visa Platinum \u2022\u2022\d{4}$/m);
  assert.ok(!asked.includes("card_"), "an owner knows cards by their digits");
  await page.goto(`${given.base}/approvals/${large.body.approval_id}`);
  await press(page, "Approve");
  assert.match(await fault(page, "password"), /Enter your password/);
  await check(page, "approval");
  await page.getByLabel("Your password").fill(given.password);
  await press(page, "Approve");
  await page.getByText("Approved. The agent may do it now, once.").waitFor();
  await page.goto(`${given.base}/approvals/${refused.body.approval_id}`);
  await press(page, "Reject");
  await page.getByText("Rejected. Nothing was done.").waitFor();
  await check(page, "approvals-decided");
}

async function connections(page) {
  step("connections");
  await page.goto(`${given.base}/connections`);
  await check(page, "connections");
  await follow(page, /^Change/);
  await check(page, "connection");
  await page.getByLabel("In a day").fill("1000");
  await press(page, "Save");
  assert.match(await fault(page, "password"), /Enter your password/);
  await page.getByLabel("In a day").fill("75");
  await press(page, "Save");
  await page.getByText("The connection was changed.").waitFor();
  await page.getByText("of $75.00").first().waitFor();
  await check(page, "connection-changed");
  await follow(page, /^Revoke/);
  await check(page, "revoke");
  await press(page, "Revoke");
  await page.getByText("The connection was revoked.").waitFor();
  await check(page, "connections-empty");
}

async function number(page) {
  step("a card number");
  await page.goto(`${given.base}/cards/${given.cards[0]}/number`);
  await check(page, "number-ask");
  await press(page, "Show the number");
  assert.match(page.url(), /\/signin\?again=1/);
  await page.getByLabel("E-mail address").fill(given.email);
  await page.getByLabel("Password").fill(given.password);
  await press(page, "Sign in");
  await page.getByLabel("Code").fill(totp(given.secret, 0));
  await press(page, "Go on");
  await press(page, "Show the number");
  assert.match(await page.locator(".number").first().innerText(), /^\d{4} \d{4} \d{4} \d{4}$/);
  await check(page, "number");
}

async function main() {
  const profile = mkdtempSync(join(tmpdir(), "cardium-pages-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: given.chromium, headless: true, args: FLAGS, viewport: VIEWPORTS.phone,
  });
  const helper = await agent();
  try {
    const page = browser.pages()[0] ?? await browser.newPage();
    page.setDefaultTimeout(20_000);
    watch(page);
    await signIn(page, helper);
    const { token } = await consent(page, helper);
    await again(page, helper);
    await approvals(page, token);
    await longAfter(page, helper);
    await connections(page);
    await number(page);
    await byKeyboard(page, helper);
    step("the panic button");
    await page.goto(`${given.base}/panic`);
    await check(page, "panic");
    await press(page, "Stop everything");
    await page.getByText("Everything is stopped since").waitFor();
    await page.getByText("withdrawals are held").waitFor();
    await check(page, "connections-stopped");
    await follow(page, "Lift the stop");
    await check(page, "panic-stopped");
    await press(page, "Lift the stop");
    await page.getByText("The stop is lifted.").waitFor();
    step("signing out");
    await press(page, "Sign out");
    assert.match(page.url(), /\/signin$/);
    await page.goto(`${given.base}/connections`);
    assert.match(page.url(), /\/signin\?next=%2Fconnections$/);
    assert.deepEqual(seen.troubles, []);
  } finally {
    helper.close();
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

try {
  await main();
} catch (error) {
  console.error(`while ${seen.step}:`, error);
  console.error("troubles:", seen.troubles);
  process.exit(1);
}
console.log(JSON.stringify(seen));
