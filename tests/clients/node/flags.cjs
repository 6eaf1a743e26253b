// Asks flags of a server with OpenFeature's Node SDK and its OFREP provider, both unmodified: an
// order comes in as JSON, what the SDK says of each flag goes out as JSON.
"use strict";

const { OpenFeature } = require("@openfeature/server-sdk");
const { OFREPProvider } = require("@openfeature/ofrep-provider");

const order = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));

const asked_by = {
  boolean: "getBooleanDetails",
  number: "getNumberDetails",
  string: "getStringDetails",
  object: "getObjectDetails",
};

async function run() {
  const headers = Object.entries(order.headers);
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: order.url, headers }));
  const client = OpenFeature.getClient();
  const told = [];
  for (const { kind, flag, fallback, context, afterMs } of order.asked) {
    if (afterMs) await new Promise((done) => setTimeout(done, afterMs));
    const { value, variant, reason, errorCode, errorMessage, flagMetadata } =
      await client[asked_by[kind]](flag, fallback, context);
    told.push({ value, variant, reason, errorCode, errorMessage, flagMetadata });
  }
  await OpenFeature.close();
  process.stdout.write(JSON.stringify(told));
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
