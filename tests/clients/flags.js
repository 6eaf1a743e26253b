// Runs OpenFeature's web SDK and its OFREP provider, unmodified, in a page; see flag_page.py.
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

const heard = [];

// Passes calls on as the provider would itself, and remembers how they were answered.
async function watched(request) {
  const asked = request.headers.get("If-None-Match");
  const answer = await fetch(request);
  const tag = answer.headers.get("ETag");
  heard.push({ status: answer.status, asked, tag, wait: answer.headers.get("Retry-After") });
  return answer;
}

async function start({ url, key, context, pollInterval = 0 }) {
  heard.length = 0;
  const events = { changed: 0, stale: 0, error: 0 };
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => (events.changed += 1));
  OpenFeature.addHandler(ProviderEvents.Stale, () => (events.stale += 1));
  OpenFeature.addHandler(ProviderEvents.Error, () => (events.error += 1));
  globalThis.heard = heard;
  globalThis.events = events;
  globalThis.client = OpenFeature.getClient();
  await OpenFeature.setContext(context);
  const provider = new OFREPWebProvider({
    baseUrl: url,
    headers: [["Authorization", `Bearer ${key}`]],
    cacheMode: "disabled",
    fetchImplementation: watched,
    pollInterval,
  });
  try {
    await OpenFeature.setProviderAndWait(provider, context);
  } catch (error) {
    return `${error.code}: ${error.message}`;
  }
  return "ready";
}

function told(kind, flag, fallback) {
  const { value, variant, reason, errorCode, flagMetadata } =
    client[`get${kind}Details`](flag, fallback);
  return { value, variant, reason, errorCode, flagMetadata };
}

Object.assign(globalThis, {
  start,
  told,
  move: (context) => OpenFeature.setContext(context),
  loaded: true,
});
