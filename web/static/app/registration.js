// Keeping this device registered: what the page and the service worker do the same way.
import { api } from "./api.js";
import { done, transact } from "./database.js";
import { followedTopics, recall, remember } from "./state.js";
/** @import { Heartbeat, Topic } from "../../types.js" */

/** @typedef {{id: string, secret: string}} Identity */

/** Who this device is: made once, in one transaction, so that two tabs cannot make two. @returns {Promise<Identity>} */
export function identity() {
  return transact(["state"], "readwrite", async (state) => {
    const known = await done(state.get("device"));
    if (known) return known;
    const made = {
      id: base64url(crypto.getRandomValues(new Uint8Array(18))),
      secret: base64url(crypto.getRandomValues(new Uint8Array(24))),
    };
    state.put(made, "device");
    return made;
  });
}

/** @param {Uint8Array | ArrayBuffer} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** @param {string} text */
function fromBase64url(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
}

/** The key that this subscription was made with. @param {PushSubscription} subscription */
export function keyOfSubscription(subscription) {
  const key = subscription.options?.applicationServerKey;
  return key ? base64url(key) : "";
}

/** @param {ServiceWorkerRegistration} registration @param {string} key the server's public key */
export async function subscribe(registration, key) {
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: fromBase64url(key),
  });
  // Safari before 18.2 sometimes gave a subscription without an address.
  if (!subscription.endpoint) throw new DOMException("no endpoint", "AbortError");
  return subscription;
}

/** Tell the server where this device can be reached and what it follows. @param {PushSubscription} subscription */
export async function register(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const name = await recall("name");
  const topics = settingsOf(await followedTopics());
  const answer = await api.putDevice(await identity(), {
    endpoint,
    keys,
    vapid_key: keyOfSubscription(subscription),
    name,
    topics,
  });
  await remember("registered", { at: Date.now(), state: answer.state, endpoint });
  if (!(await recall("rung"))) await remember("rung", answer.cursor || undefined);
  return answer;
}

/**
 * Throw the subscription away and make a new one: the push service, or a changed key, gave up the old one. Some
 * browsers refuse that without a click; then the app has to ask for one.
 * @param {ServiceWorkerRegistration} registration
 * @param {string} key
 */
export async function renew(registration, key) {
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  await remember("registered", { ...(await recall("registered")), state: "lost" });
  return register(await subscribe(registration, key));
}

/**
 * One heartbeat, and whatever it shows to be broken is repaired.
 * @param {ServiceWorkerRegistration} registration
 * @param {{cursor?: string, receipts?: object[]}} news
 * @param {number} [timeout] milliseconds
 * @returns {Promise<Heartbeat>}
 */
export async function beat(registration, news, timeout) {
  const subscription = await registration.pushManager?.getSubscription();
  const endpoint_hash = subscription ? await hashOf(subscription.endpoint) : "";
  const permission = Notification.permission;
  const answer = await api.heartbeat(await identity(), { endpoint_hash, permission, ...news }, timeout);
  await remember("heartbeat", { at: Date.now(), state: answer.state });
  if (permission === "granted") await mend(registration, subscription, answer);
  return answer;
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {PushSubscription | null} subscription
 * @param {Heartbeat} answer
 */
async function mend(registration, subscription, { state, topics }) {
  if (state === "ok") await remember("registered", { ...(await recall("registered")), state: "active" });
  if (state === "dead") await renew(registration, await recall("key"));
  else if (subscription && (state === "unknown" || (state === "ok" && (await differs(topics)))))
    await register(subscription);
}

/** @param {string} endpoint */
async function hashOf(endpoint) {
  return base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
}

/**
 * Whether the server knows other topics than this device: then a change did not reach it.
 * @param {Heartbeat["topics"]} theirs
 */
async function differs(theirs = {}) {
  const ours = settingsOf(await followedTopics());
  const names = Object.keys(ours);
  return (
    names.length !== Object.keys(theirs).length ||
    names.some(
      (name) =>
        theirs[name]?.min_priority !== ours[name].min_priority || theirs[name]?.muted_until !== ours[name].muted_until,
    )
  );
}

/** @param {Topic[]} topics */
function settingsOf(topics) {
  return Object.fromEntries(
    topics.map(({ topic, min_priority, muted_until }) => [topic, { min_priority, muted_until }]),
  );
}
