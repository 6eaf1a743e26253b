// Runs Segment's or RudderStack's browser library, unmodified, in a page; see orders.py.
"use strict";

async function segment(order) {
  const shop = {};
  if (order.batching) {
    const deliveryStrategy = { strategy: "batching", config: { size: 10, timeout: 300 } };
    shop.integrations = { "Segment.io": { deliveryStrategy } };
  }
  const source = { writeKey: order.key, cdnURL: order.url };
  const [analytics] = await AnalyticsNext.AnalyticsBrowser.load(source, shop);
  return {
    as: (id) => analytics.setAnonymousId(id),
    options: (at) => (at ? { timestamp: at } : {}),
    analytics,
  };
}

async function rudder(order) {
  const analytics = new rudderanalytics.RudderAnalytics();
  const ready = new Promise((done, failed) => {
    analytics.ready(done);
    setTimeout(() => failed(new Error("the library did not get ready")), 30000);
  });
  analytics.load(order.key, order.url, {
    configUrl: order.url,
    useBeacon: order.beacon,
    beaconQueueOptions: { flushQueueInterval: 300 },
    queueOptions: { batch: { enabled: order.batching, maxItems: 10, flushInterval: 300 } },
  });
  await ready;
  return {
    as: (id) => analytics.setAnonymousId(id),
    options: (at) => (at ? { originalTimestamp: at.toISOString() } : {}),
    analytics,
  };
}

const arguments_of = {
  page: (call, options) => [call.category, call.name, call.properties, options],
  track: (call, options) => [call.event, call.properties, options],
  identify: (call, options) => [call.userId, call.traits, options],
  group: (call, options) => [call.groupId, call.traits, options],
  alias: (call, options) => [call.userId, call.previousId, options],
};

async function run(order) {
  const start = { "segment-browser": segment, "rudder-browser": rudder }[order.library];
  const { as, options, analytics } = await start(order);
  for (const call of order.calls) {
    if (call.anonymousId) as(call.anonymousId);
    const at = call.lateMs === undefined ? null : new Date(Date.now() - call.lateMs);
    await analytics[call.call](...arguments_of[call.call](call, options(at)));
  }
  return "called";
}
