// Verifies webhooks with code that is not Cardium's: the sample that its customers were given, and
// the library `standardwebhooks`.
//
//     node verify_webhooks.js < cases.json
//
// A case is {"secret", "signature" (Cryptocardium-Signature), "headers" (of Standard Webhooks),
// "body", "now" (what the library takes for the present, in Unix seconds)}. It prints a list with
// {"sample": true or false, "standard": true or false} for each.

"use strict";

const { readFileSync } = require("node:fs");
const { Webhook } = require("standardwebhooks");

function passes(check) {
  try {
    return check() !== false;
  } catch {
    return false;
  }
}

async function main() {
  const { verify } = await import("./webhook_sample.mjs");
  const verdicts = JSON.parse(readFileSync(0, "utf8")).map((one) => {
    Date.now = () => one.now * 1000;
    return {
      sample: passes(() => verify(one.body, one.signature, one.secret)),
      standard: passes(() => void new Webhook(one.secret).verify(one.body, one.headers)),
    };
  });
  process.stdout.write(JSON.stringify(verdicts));
}

main();
