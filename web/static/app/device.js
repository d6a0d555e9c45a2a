// This device: asking for permission, subscribing, and noticing when something has come loose.
import { api, ApiError } from "./api.js";
import { deviceName, thisBrowser } from "./browser.js";
import { beat, identity, keyOfSubscription, register, renew, subscribe } from "./registration.js";
import { recall, remember, tell } from "./state.js";
/** @import { Problem } from "./advice.js" */

const HEARTBEAT_EVERY_MS = 10 * 60_000;
const ACTIVATION_MS = 60_000;

/** Something that stands between this device and its notifications; `advice.js` has the words. */
export class Obstacle extends Error {
  /** @param {Problem} problem @param {string} [detail] */
  constructor(problem, detail = "") {
    super(problem);
    this.problem = problem;
    this.detail = detail;
  }
}

/** What can be known without asking anybody; null when nothing is in the way. @returns {Problem | null} */
export function obstacle() {
  const browser = thisBrowser();
  if (!browser.secure) return "insecure";
  if (browser.ios && !browser.installed) return "not-installed";
  if (!browser.pushes) return "unsupported";
  return Notification.permission === "denied" ? "denied" : null;
}

/** Whether this device is set up, as far as it knows. @returns {Promise<"off" | "pending" | "on">} */
export async function deviceState() {
  if (obstacle() || Notification.permission !== "granted") return "off";
  const registered = await recall("registered");
  if (!registered || registered.state === "lost") return "off";
  return registered.state === "active" ? "on" : "pending";
}

/** Start the service worker. Without one the app still works while it is open. */
export async function startWorker() {
  if (!("serviceWorker" in navigator)) return null;
  const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("pushbell", {
    createScriptURL: () => "/sw.js",
  });
  const script = policy ? policy.createScriptURL("") : "/sw.js";
  return navigator.serviceWorker.register(script, { scope: "/", updateViaCache: "none" }).catch(() => null);
}

/**
 * Switch notifications on. Must be called from a click: nothing may be awaited before the question is asked.
 * Resolves when the server knows this device; `activated` tells when the first push has come.
 */
export async function enable() {
  const before = obstacle();
  if (before && before !== "denied") throw new Obstacle(before);
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new Obstacle(permission === "denied" ? "denied" : "dismissed");
  if (!(await recall("name"))) await remember("name", deviceName(thisBrowser()));
  await connect(await ready());
  tell({ kind: "device" });
}

/** @returns {Promise<ServiceWorkerRegistration>} */
async function ready() {
  if (!(await navigator.serviceWorker.getRegistration())) throw new Obstacle("worker");
  return navigator.serviceWorker.ready;
}

/** @param {ServiceWorkerRegistration} registration */
async function connect(registration) {
  try {
    // Known since the start of the app, mostly: Safari wants no wait between the click and the subscription.
    const key = (await recall("key")) || (await serverKey());
    const there = await registration.pushManager.getSubscription();
    if (there && keyOfSubscription(there) !== key) await renew(registration, key);
    else await register(there || (await subscribe(registration, key)));
  } catch (error) {
    throw obstacleOf(error);
  }
}

/** @returns {Promise<string>} */
async function serverKey() {
  const { web_push_public_key: key } = await api.config();
  if (!key) throw new ApiError(404, 40401, "Web Push is switched off on this server.");
  await remember("key", key);
  return key;
}

/** @param {any} error */
function obstacleOf(error) {
  if (error instanceof ApiError && error.http === 0) return new Obstacle("unreachable");
  if (error instanceof ApiError) return new Obstacle(error.code === 40039 ? "not-allowed" : "refused", error.message);
  if (error.name === "NotAllowedError") return new Obstacle("denied");
  return new Obstacle("no-push-service", error.message);
}

/** Resolves when the first push has come back, or rejects with the obstacle "silent" after a minute. */
export async function activated() {
  const device = await identity();
  const end = Date.now() + ACTIVATION_MS;
  while (Date.now() < end) {
    const state = (await recall("registered"))?.state;
    if (state === "active") return;
    const theirs = await api.device(device).catch(() => null);
    if (theirs?.state === "active") {
      await remember("registered", { ...(await recall("registered")), state: "active" });
      tell({ kind: "device" });
      return;
    }
    await heard("activated", 3000);
  }
  throw new Obstacle("silent");
}

/**
 * Wait until a page or the worker tells this kind of news, at most so long.
 * @param {string} kind
 * @param {number} ms
 * @returns {Promise<void>}
 */
function heard(kind, ms) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel("pushbell");
    const finish = () => (channel.close(), clearTimeout(timer), resolve());
    const timer = setTimeout(finish, ms);
    channel.onmessage = ({ data }) => data.kind === kind && finish();
  });
}

/**
 * On every start, and when the page becomes visible at most every ten minutes: tell the server that this device is
 * alive, and mend what came loose (a lost subscription, another key, a device the server forgot).
 * @param {{starting?: boolean}} [when]
 */
export async function heartbeat({ starting = false } = {}) {
  if (!(await recall("registered")) || !thisBrowser().pushes) return;
  if (!starting && Date.now() - ((await recall("heartbeat"))?.at || 0) < HEARTBEAT_EVERY_MS) return;
  const registration = await ready();
  registration.update().catch(() => {});
  const key = await serverKey();
  const there = await registration.pushManager.getSubscription();
  if (Notification.permission === "granted" && (!there || keyOfSubscription(there) !== key))
    await renew(registration, key);
  const { state } = await beat(registration, {});
  if (state === "pending" && there) await register(there);
  tell({ kind: "device" });
}

/** The server forgets this device, the browser its subscription. Messages stay. */
export async function disable() {
  await api.removeDevice(await identity()).catch((error) => {
    if (error.http !== 404) throw error;
  });
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
  await remember("registered", undefined);
  tell({ kind: "device" });
}
