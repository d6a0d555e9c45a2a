// The app starts here.
import { api } from "./api.js";
import { heartbeat, startWorker } from "./device.js";
import { announce, byId } from "./dom.js";
import { rowOf, showBadge } from "./keep.js";
import { startKeys } from "./keys.js";
import { gathered, onNews } from "./news.js";
import { Panes } from "./panes.js";
import { go, parseRoute, startRouter } from "./router.js";
import { forgetOlderThan } from "./rows.js";
import { DAYS_KEPT } from "./settings.js";
import { drawShelf } from "./shelf.js";
import { followedTopics, recall, remember } from "./state.js";
import { share, Stream } from "./stream.js";
import { toast } from "./toast.js";

const TARGET_MS = 5 * 60_000;
const LINK = { live: "Live", connecting: "Connecting…", offline: "Offline: trying again", idle: "No topics yet" };

const panes = new Panes();
let route = parseRoute(location.pathname, location.search);
let selected = "";

/** @param {string} path */
async function arrive(path) {
  const url = new URL(path, location.origin);
  const before = route;
  route = parseRoute(url.pathname, url.search);
  const show = () => panes.show(route).then(mark);
  const opens = (before.side.kind === "none") !== (route.side.kind === "none");
  if (opens && isPhone() && document.startViewTransition) await document.startViewTransition(show).finished;
  else await show();
  if (isPhone()) byId(route.side.kind === "none" ? "feed" : "side").focus({ preventScroll: true });
}

/** What is current is marked: the tab, the topic, the message. */
async function mark() {
  for (const tab of document.querySelectorAll(".tab")) {
    if (/** @type {HTMLElement} */ (tab).dataset.tab === route.tab) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  selected = route.side.kind === "message" ? (await rowOf(route.side.name))?.key || "" : "";
  panes.feed?.select(selected);
  await drawShelf(route.list === "topic" ? route.topic : "");
}

function isPhone() {
  return matchMedia("(max-width: 719px)").matches;
}

/** @param {keyof typeof LINK} state */
function showLink(state) {
  byId("link").dataset.state = state;
  byId("link").textContent = LINK[state];
}

/** iOS may open the start page although a notification meant a message: the worker left the address. */
async function meantPath() {
  const target = await recall("target");
  if (target) await remember("target", undefined);
  if (target && Date.now() - target.at < TARGET_MS && location.pathname === "/") return target.path;
  const fresh =
    location.pathname === "/" &&
    !(await recall("welcomed")) &&
    !(await recall("registered")) &&
    !(await followedTopics()).length;
  return fresh ? "/app/welcome" : location.pathname + location.search;
}

/** @param {string} path */
async function openMeant(path) {
  go(path);
  await remember("target", undefined);
}

function listenToWorker() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data.kind === "open" && openMeant(data.path));
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled && document.visibilityState === "hidden") location.reload();
    else if (controlled) toast("Pushbell was updated.", { label: "Reload", run: () => location.reload() });
    controlled = true;
  });
}

/** Offline, what was remembered the last time still holds. */
async function readConfig() {
  const config = await api.config();
  await remember("reserved", config.disallowed_topics || []);
  await remember("key", config.web_push_public_key || undefined);
}

async function start() {
  startRouter(arrive);
  listenToWorker();
  go(await meantPath(), { replace: true });
  startKeys({ feed: () => panes.feed, selected: () => selected });
  const refresh = gathered(() => drawShelf(route.list === "topic" ? route.topic : ""));
  onNews("rows", refresh);
  onNews("arrived", ({ messages }) =>
    announce(`${messages.length} new in ${messages[0].topic}: ${messages[0].title || messages[0].message || ""}`),
  );
  const stream = new Stream(showLink);
  onNews("topics", () => (refresh(), stream.follow()));
  addEventListener("online", () => stream.connect());
  share(stream);
  await startWorker();
  const beat = (when = {}) => heartbeat(when).catch((error) => console.warn("Pushbell:", error));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && beat());
  await Promise.allSettled([
    beat({ starting: true }),
    readConfig(),
    showBadge(),
    recall("days").then((days) => forgetOlderThan(Date.now() / 1000 - (days || DAYS_KEPT) * 86_400)),
  ]);
}

start();
