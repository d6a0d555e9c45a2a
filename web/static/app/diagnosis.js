// Everything between the server and this screen that can be wrong, looked at once.
import { api } from "./api.js";
import { thisBrowser } from "./browser.js";
import { identity, keyOfSubscription } from "./registration.js";
import { recall } from "./state.js";
import { ago } from "./time.js";

/** @typedef {{good: boolean, text: string}} Check */

/** @returns {Promise<Check[]>} */
export async function checks() {
  const browser = thisBrowser();
  const kind = {
    good: browser.pushes,
    text: `${browser.name} on ${browser.system}${browser.installed ? ", installed as an app" : ""}${browser.pushes ? "" : ": no Web Push here"}.`,
  };
  const secure = {
    good: browser.secure,
    text: browser.secure ? "The connection is secure." : "Plain http: browsers allow notifications over https only.",
  };
  const server = await serverCheck();
  return browser.pushes && browser.secure
    ? [kind, secure, server, permissionCheck(), ...(await subscriptionChecks())]
    : [kind, secure, server];
}

/** @returns {Promise<Check>} */
async function serverCheck() {
  return api.config().then(
    ({ web_push_public_key: key }) => ({
      good: Boolean(key),
      text: key ? "The server answers, and sends Web Push." : "The server answers, but has Web Push switched off.",
    }),
    () => ({ good: false, text: "The server does not answer right now." }),
  );
}

/** @returns {Check} */
function permissionCheck() {
  const words = {
    granted: "Notifications are allowed.",
    denied: "Notifications are blocked in the browser.",
    default: "Notifications were not asked for yet.",
  };
  return { good: Notification.permission === "granted", text: words[Notification.permission] };
}

/** @returns {Promise<Check[]>} */
async function subscriptionChecks() {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  const worker = {
    good: Boolean(registration?.active),
    text: registration?.active ? "The background part runs." : "The background part does not run.",
  };
  if (!subscription) return [worker, { good: false, text: "This device has no address at a push service." }];
  const fits = keyOfSubscription(subscription) === (await recall("key"));
  const address = {
    good: fits,
    text: fits
      ? `Its pushes come through ${new URL(subscription.endpoint).host}.`
      : "Its address was made for another server key.",
  };
  return [worker, address, await registeredCheck()];
}

/** @returns {Promise<Check>} */
async function registeredCheck() {
  const heartbeat = await recall("heartbeat");
  const device = await api.device(await identity()).catch(() => null);
  const last = heartbeat ? ` Last heartbeat: ${ago(heartbeat.at / 1000, Date.now())}.` : "";
  if (!device) return { good: false, text: `The server does not know this device, or cannot be asked.${last}` };
  return {
    good: device.state === "active",
    text:
      device.state === "active"
        ? `The server knows this device and rings it.${last}`
        : `The server knows this device, but it has not answered its first ring (${device.state}).${last}`,
  };
}
