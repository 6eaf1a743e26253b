// Runs Segment's or RudderStack's Node library, unmodified: an order (see ../orders.py) comes in as
// JSON, the calls are made, and the process ends when the library has sent them.
"use strict";

const order = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));

// The machine's clock is wrong; the library asks Date.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [RealDate.now() + order.skewMs]));
  }
  static now() {
    return RealDate.now() + order.skewMs;
  }
};

function calls(send) {
  for (const { call, lateMs, ...fields } of order.calls) {
    if (lateMs !== undefined) fields.timestamp = new Date(Date.now() - lateMs);
    send(call, fields);
  }
}

async function segment() {
  const { Analytics } = require("@segment/analytics-node");
  const analytics = new Analytics({ writeKey: order.key, host: order.url, flushInterval: 100 });
  analytics.on("error", (error) => fail(error));
  calls((call, fields) => analytics[call](fields));
  await analytics.closeAndFlush({ timeout: 60000 });
}

async function rudder() {
  const Analytics = require("@rudderstack/rudder-sdk-node");
  const analytics = new Analytics(order.key, {
    dataPlaneUrl: order.url,
    gzip: order.gzip,
    flushInterval: 100,
    logLevel: "error",
    errorHandler: fail,
  });
  const sent = [];
  calls((call, fields) => {
    sent.push(new Promise((done) => analytics[call](fields, done)));
  });
  for (const error of await Promise.all(sent)) {
    if (error) fail(error);
  }
}

function fail(error) {
  console.error("the library gave up:", error);
  process.exit(1);
}

const run = { "segment-node": segment, "rudder-node": rudder }[order.library];
run().then(() => process.exit(0), fail);
