// One socket for the whole page. Modules subscribe to topics, and each receives the events of its own:
//
//   subscribe("thread:12", { version: () => 7, receive(event) {}, async catchUp() {}, state(name) {}, … })
//
// How it works. The socket opens when all modules of the page have subscribed. The server sends `ready` with the current
// version of each topic, first and every 10 seconds after; when it is newer than the module's, something was lost and
// `catchUp` fetches it. A socket that is silent for 25 seconds is dead, whatever the browser believes, and is replaced.
// The wait between attempts doubles from half a second to 30, with jitter, so that readers do not return all at once.
// `beforeAttempt` runs before each new attempt: HTTP works where sockets are blocked.
// States: connecting, live, reconnecting, and ended when the reader may not subscribe.

const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const LONGEST_SILENCE = 25_000;
const CHECK_EVERY = 2_000;
// A heartbeat can overtake an event. All readers notice the same loss at once, so they spread their questions.
const ON_ITS_WAY = 300;
const SPREAD = 3_000;

const topics = new Map();
let socket = null;
let timer = null;
let attempt = 0;
let failures = 0;
let heardAt = 0;
let isStarted = false;
let isWaiting = false;

export function subscribe(topic, { version, receive, catchUp, state = () => {}, beforeAttempt = () => {} }) {
  topics.set(topic, { version, receive, catchUp, state, beforeAttempt });
  state("connecting");
  if (isStarted) open();
}

export function unsubscribe(topic) {
  clearTimeout(topics.get(topic)?.timer);
  topics.delete(topic);
  if (!topics.size) close();
}

function open() {
  close();
  if (!topics.size) return;
  const query = new URLSearchParams([...topics.keys()].map((topic) => ["topic", topic]));
  const opened = new WebSocket(`${location.origin.replace("http", "ws")}/ws/?${query}`);
  opened.addEventListener("message", (message) => opened === socket && receive(JSON.parse(message.data)));
  opened.addEventListener("close", () => opened === socket && reconnect());
  socket = opened;
  heardAt = Date.now();
}

function close() {
  clearTimeout(timer);
  attempt += 1;
  isWaiting = false;
  const closed = socket;
  socket = null;
  closed?.close();
  for (const subscription of topics.values()) subscription.isLive = false;
}

function reconnect() {
  close();
  isWaiting = true;
  for (const { state } of topics.values()) state("reconnecting");
  const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** failures++);
  timer = setTimeout(tryAgain, longest * (0.5 + Math.random() / 2));
}

async function tryAgain() {
  clearTimeout(timer);
  const mine = ++attempt;
  await Promise.all([...topics.values()].map(({ beforeAttempt }) => beforeAttempt()));
  if (mine === attempt) open();
}

// Sleep, a frozen tab or a dead line: nothing was received for too long. Date.now() counts the time asleep too.
function check() {
  if (socket && Date.now() - heardAt > LONGEST_SILENCE) reconnect();
}

// The reader is back: do not wait.
function hurry() {
  check();
  if (isWaiting) tryAgain();
}

function receive({ topic, ...event }) {
  heardAt = Date.now();
  const subscription = topics.get(topic);
  if (!subscription) return;
  if (event.type === "refused") {
    unsubscribe(topic);
    subscription.state("ended");
  } else if (event.type === "ready") {
    failures = 0;
    compare(subscription, event.version);
  } else {
    subscription.receive(event);
  }
}

function compare(subscription, version) {
  const isFirst = !subscription.isLive;
  subscription.isLive = true;
  if (isFirst) subscription.state("live");
  if (version <= subscription.version()) return;
  const wait = isFirst ? 0 : ON_ITS_WAY + Math.random() * SPREAD;
  subscription.timer ??= setTimeout(() => {
    subscription.timer = null;
    if (version > subscription.version()) subscription.catchUp();
  }, wait);
}

function start() {
  if (isStarted) return;
  isStarted = true;
  open();
  setInterval(check, CHECK_EVERY);
}

// The page's modules run before DOMContentLoaded. `load` and "complete" are for a page that got its modules later.
document.addEventListener("DOMContentLoaded", start);
if (document.readyState === "complete") start();
else addEventListener("load", start);
addEventListener("online", hurry);
addEventListener("offline", () => socket && reconnect());
document.addEventListener("visibilitychange", () => document.hidden || hurry());
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && open());
