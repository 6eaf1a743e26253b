"use strict";
// Keeps a page current: listens to /live, puts new events on top, and keeps relative times true.
// What arrives is HTML that the server has escaped; it replaces text, and never runs.

const MOST_ROWS = 30;
const SUMMARY_EVERY_MS = 30000;
const REFRESH_AFTER_MS = 1500;
const byId = (id) => document.getElementById(id);

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function ago(then) {
  const seconds = Math.floor((Date.now() - then) / 1000);
  if (seconds < 2) return "just now";
  const [length, unit] = UNITS.find(([size]) => seconds >= size);
  return `${Math.floor(seconds / length)} ${unit} ago`;
}

function keepTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const words = ago(Date.parse(time.dateTime));
    if (time.textContent !== words) time.textContent = words;
  }
}

function say(words, state) {
  const status = byId("live-status");
  if (!status) return;
  status.hidden = false;
  status.dataset.state = state;
  byId("live-words").textContent = words;
}

function listen(address, handlers) {
  const source = new EventSource(address);
  source.onopen = () => say("live", "good");
  source.onerror = () => {
    const over = source.readyState === EventSource.CLOSED;
    say(over ? "ended: reload to sign in" : "reconnecting", over ? "bad" : "late");
  };
  for (const [name, handle] of Object.entries(handlers)) source.addEventListener(name, handle);
  addEventListener("pagehide", () => source.close());
  return source;
}

function followAll(list) {
  const pause = byId("pause");
  const held = [];
  let paused = false;
  let heard = 0;
  let saidAt = Date.now();

  const put = (html) => {
    list.insertAdjacentHTML("afterbegin", html);
    while (list.children.length > MOST_ROWS) list.lastElementChild.remove();
    byId("no-events")?.remove();
  };
  const count = (number) => {
    heard += number;
    if (Date.now() - saidAt < SUMMARY_EVERY_MS) return;
    byId("live-summary").textContent = `${heard} new events in the last half minute`;
    heard = 0;
    saidAt = Date.now();
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    if (!paused) held.splice(0).forEach(put);
  });

  const newest = list.firstElementChild?.dataset.offset ?? "0";
  listen(`${list.dataset.stream}?after=${newest}`, {
    happening: (event) => {
      count(1);
      if (!paused) return put(event.data);
      held.push(event.data);
      if (held.length > MOST_ROWS) held.shift();
      pause.textContent = `Go on (${held.length} new)`;
    },
    missed: (event) => {
      count(Number(event.data));
      const note = byId("missed");
      note.hidden = false;
      note.textContent = `${event.data} more events came faster than a page can show; all are counted.`;
      setTimeout(() => { note.hidden = true; }, 8000);
    },
    decisions: (event) => {
      const shown = byId("decisions");
      if (!paused && !shown.contains(document.activeElement)) shown.innerHTML = event.data;
    },
    vitals: (event) => { byId("vitals").innerHTML = event.data; },
  });
}

// A person's page is fetched anew when they did something, and the parts that show it are replaced.
function followOne(list) {
  let timer = 0;
  const refresh = async () => {
    timer = 0;
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const anew = page.getElementById(part.id);
      if (!anew || part.contains(document.activeElement)) continue;
      const open = part.querySelector("details[open]") !== null;
      part.innerHTML = anew.innerHTML;
      if (open) part.querySelector("details")?.setAttribute("open", "");
    }
  };
  listen(list.dataset.person, {
    happening: () => { timer ||= setTimeout(refresh, REFRESH_AFTER_MS); },
  });
}

const all = byId("events");
const one = byId("person-events");
if (all) followAll(all);
if (one) followOne(one);
setInterval(keepTimes, 5000);
