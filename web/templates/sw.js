"use strict";
// The service worker. It shows first, keeps and reports afterwards, and never lets a push pass silently: on some
// systems three pushes that show nothing end the subscription for good.
// The modules that it shares with the page are placed here by the server, without their imports and exports.

const VERSION = "{{ version }}";
const NOT_PAGES = new Set({{ reserved|tojson }});
const STATIC = "/static/{{ version }}/";
const ICON = `${STATIC}icons/bell-192.png`;
const BADGE = `${STATIC}icons/badge-96.png`;
const EMOJI = `${STATIC}emoji.json`;
const SHELL = ["/", "/manifest.webmanifest", ...{{ (urls(".js") + urls(".css"))|tojson }}];
const FOLLOW_MS = 3000; // Chromium holds back the next push until this one's work is done
const SHOWN_AT_ONCE = 5;
const RUNG_KEPT = 300;

{% for name in ("database", "state", "sequence", "keep", "payload", "catchup", "api", "registration") -%}
// ---- {{ name }}.js
{{ module("app/" ~ name ~ ".js") }}
{% endfor -%}
// ---- Pushes

self.addEventListener("push", (event) => event.waitUntil(receive(event)));

async function receive(event) {
  const received = Date.now();
  const push = readPush(payloadOf(event));
  if (push.notification) await show(push.notification, push.data);
  else await takeBack(push.data);
  const shown = push.notification ? Date.now() : undefined;
  await Promise.race([follow(push, { received, shown }), wait(FOLLOW_MS)]);
}

async function follow(push, receipt) {
  const { id, token } = push.data;
  if (id) await settled(noteReceipt(id, receipt));
  await settled(keep(push));
  if (push.event === "activation") await settled(activate(token));
  await settled(report(push.event.startsWith("message") ? id : ""));
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// Each step stands alone: a full disk must not keep the report from the server, nor the other way round.
function settled(work) {
  return work.catch((error) => console.warn("Pushbell:", error));
}

// Safari hands over a declared notification, everybody else the text of the push.
function payloadOf(event) {
  try {
    if (event.data) return event.data.json();
  } catch {
    return null;
  }
  return event.notification ? { notification: event.notification } : null;
}

async function show(notification, data) {
  const options = optionsOf(notification, data);
  try {
    const renotify = Boolean(options.tag) && !(await isShown(options.tag, data.id));
    await self.registration.showNotification(notification.title, { ...options, icon: ICON, badge: BADGE, renotify });
  } catch {
    // An option that this browser does not take must not cost the notification.
    const { body, data: about, tag = "" } = options;
    await self.registration.showNotification(notification.title, { body, tag, data: about });
  }
}

// The same message a second time replaces itself without ringing again.
async function isShown(tag, id) {
  const there = await self.registration.getNotifications({ tag }).catch(() => []);
  return there.some((notification) => notification.data?.id === id);
}

// Deleted or read elsewhere: its notification goes away.
async function takeBack(data) {
  const tag = `${data.topic}/${data.sequence_id || data.id}`;
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
}

async function keep(push) {
  const message = messageOf(push);
  // A push may still be on its way when somebody unsubscribes.
  if (!message || !(await followedTopics()).some((topic) => topic.topic === message.topic)) return;
  await keepMessages([message]);
  await showBadge();
}

async function activate(token) {
  await api.activate(await identity(), token);
  await remember("registered", { ...(await recall("registered")), state: "active" });
  tell({ kind: "activated" });
}

// ---- Telling the server, and catching up on what got lost on the way

async function report(pushed) {
  const receipts = await waitingReceipts();
  const cursor = (await recall("rung")) || "";
  const answer = await beat(self.registration, { cursor, receipts: receipts.map(aged) }, FOLLOW_MS);
  await dropReceipts(receipts);
  await catchUp(answer.messages || [], pushed, cursor);
}

// Clocks of devices are wrong; how long ago something was, they know.
function aged({ id, ...moments }) {
  const now = Date.now();
  const known = Object.entries(moments).filter(([, at]) => at);
  return { id, ...Object.fromEntries(known.map(([name, at]) => [name, Math.max(0, now - at)])) };
}

async function catchUp(messages, pushed, cursor) {
  await keepMessages(messages);
  const rung = new Set((await recall("rung-ids")) || []);
  const topics = Object.fromEntries((await followedTopics()).map((topic) => [topic.topic, topic]));
  const missed = missedMessages(messages, pushed, topics, rung);
  await showMissed(missed);
  const now = [...rung, ...missed.map((message) => message.id), pushed].filter(Boolean);
  await remember("rung-ids", now.slice(-RUNG_KEPT));
  if (pushed && (!cursor || messages.some((message) => message.id === pushed))) await remember("rung", pushed);
  await showBadge();
}

async function showMissed(missed) {
  const rest = missed.slice(0, -SHOWN_AT_ONCE).length;
  if (rest) await show(summaryOf(rest), {});
  const emoji = missed.length ? await loadEmoji() : {};
  for (const message of missed.slice(-SHOWN_AT_ONCE)) {
    const shown = notificationOf(message);
    const signs = (message.tags || []).map((tag) => emoji[tag]).filter(Boolean).join(" ");
    await show({ ...shown, title: signs ? `${signs} ${shown.title}` : shown.title }, message);
    await noteReceipt(message.id, { shown: Date.now() });
  }
}

function summaryOf(count) {
  const title = `${count} more ${count === 1 ? "message" : "messages"}`;
  return { title, body: "They came while this device could not be reached.", tag: "pushbell" };
}

async function loadEmoji() {
  const file = await caches.match(EMOJI);
  return file ? file.json() : {};
}

// ---- What people do with a notification

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data || {}));
});

self.addEventListener("notificationclose", (event) => {
  const id = event.notification.data?.id;
  if (id) event.waitUntil(settled(noteReceipt(id, { closed: Date.now() }).then(() => report(""))));
});

// The window first: the permission to open one lasts only moments after the click.
async function open({ id, topic, click }) {
  const target = topic ? `/${topic}?message=${id}` : "/";
  if (click) await self.clients.openWindow(click).catch(() => openApp(target));
  else await openApp(target);
  if (id) await settled(noteReceipt(id, { clicked: Date.now() }).then(() => report("")));
}

async function openApp(target) {
  // iOS sometimes opens the start page instead: the app then finds here where it was meant to go.
  await settled(remember("target", { path: target, at: Date.now() }));
  const [window] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!window) return self.clients.openWindow(target);
  await window.focus().catch(() => {});
  return window.postMessage({ kind: "open", path: target });
}

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(settled(resubscribe(event))));

// When the server cannot be reached now, the next heartbeat finds the difference and registers again.
async function resubscribe(event) {
  const subscription = event.newSubscription || (await subscribe(self.registration, await recall("key")));
  await register(subscription);
}

// ---- The shell works without a network

self.addEventListener("install", (event) => {
  // Where the browser can, it takes files from the cache without waking the worker.
  event.addRoutes?.({ condition: { urlPattern: `${STATIC}*` }, source: "cache" }).catch(() => {});
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = event.request.mode === "navigate" && isPage(url.pathname) ? "/" : url.pathname;
  if (SHELL.includes(path) || path.startsWith(STATIC)) event.respondWith(fromCache(path));
});

function isPage(path) {
  if (path === "/" || path === "/settings" || path.startsWith("/app/")) return true;
  return /^\/[-\w]{1,64}$/.test(path) && !NOT_PAGES.has(path.slice(1));
}

// What is not part of the shell (icons, the table of emojis) is kept from its first use on.
async function fromCache(path) {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(path);
  if (kept) return kept;
  const answer = await fetch(path);
  if (answer.ok) await cache.put(path, answer.clone());
  return answer;
}
