// How many devices a message reached: asked for one at a time, and only while somebody looks.
import { api } from "./api.js";

const REMEMBERED = 500;
const FRESH_MS = 5000;

/**
 * @typedef {object} Reach
 * @property {number} owed devices that were subscribed
 * @property {number} due still to come
 * @property {number} delivered accepted by their push services
 * @property {number} received by their own word
 * @property {number} failed @property {number} gone @property {number} expired @property {number} filtered
 */

/** @type {Map<string, {reach: Reach, at: number}>} */
const known = new Map();
/** @type {Promise<any>} */
let queue = Promise.resolve();

/** @param {string} id @returns {Promise<Reach | null>} null when nobody knows */
export function reachOf(id) {
  const held = known.get(id);
  if (held && (isSettled(held.reach) || Date.now() - held.at < FRESH_MS)) return Promise.resolve(held.reach);
  const asked = queue
    .then(() => api.deliveries(id))
    .then(
      (reach) => note(id, reach),
      () => held?.reach ?? null,
    );
  queue = asked;
  return asked;
}

/** @param {string} id @param {Reach} reach */
export function note(id, reach) {
  known.set(id, { reach, at: Date.now() });
  if (known.size > REMEMBERED) known.delete(/** @type {string} */ (known.keys().next().value));
  return reach;
}

/** @param {Reach} reach */
function isSettled(reach) {
  return reach.due === 0 && reach.received >= reach.delivered;
}

/**
 * "3 of 3 devices", and whether that is all of them. Devices that did not want it do not count.
 * @param {Reach} reach
 */
export function reachWords(reach) {
  const wanted = reach.owed - reach.filtered;
  if (wanted <= 0) return null;
  const reached = Math.max(reach.received, 0);
  return {
    text: `${reached} of ${wanted} ${wanted === 1 ? "device" : "devices"}`,
    all: reached >= wanted,
    lost: reach.failed + reach.gone + reach.expired > 0,
  };
}
