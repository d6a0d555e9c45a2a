// What this device follows. Its own list is the truth; the server is told, and told again by the heartbeat if need be.
import { api, ApiError } from "./api.js";
import { transact, done } from "./database.js";
import { threshold } from "./priority.js";
import { identity } from "./registration.js";
import { dropTopic } from "./rows.js";
import { putTopic, recall, remember } from "./state.js";
import { until } from "./time.js";
/** @import { Topic } from "../../types.js" */

/** The mute that lasts until somebody ends it. */
export const FOR_EVER = 4_102_444_800; // 1 January 2100

/** @param {string} topic @returns {Promise<Topic | undefined>} */
export function followed(topic) {
  return transact(["topics"], "readonly", (topics) => done(topics.get(topic)));
}

/** @param {string} topic */
export async function follow(topic) {
  if (await followed(topic)) return;
  await change({ topic, min_priority: 1, muted_until: 0 });
}

/**
 * Follow a topic or change how it rings.
 * @param {Pick<Topic, "topic" | "min_priority" | "muted_until">} settings
 */
export async function change(settings) {
  const rings_since = Math.floor(Date.now() / 1000);
  await putTopic({ ...(await followed(settings.topic)), ...settings, rings_since });
  const { min_priority, muted_until } = settings;
  await tellServer((device) => api.putTopic(device, settings.topic, { min_priority, muted_until }));
}

/** @param {string} topic */
export async function unfollow(topic) {
  await dropTopic(topic);
  await tellServer((device) => api.removeTopic(device, topic));
}

/** @param {(device: {id: string, secret: string}) => Promise<any>} call */
async function tellServer(call) {
  if (!(await recall("registered"))) return;
  try {
    await call(await identity());
  } catch (error) {
    // Offline, or forgotten by the server: the next heartbeat compares the lists and registers again.
    if (!(error instanceof ApiError) || (error.http !== 0 && error.http !== 404)) throw error;
    await remember("heartbeat", undefined);
  }
}

/** @param {Topic} topic @param {number} now milliseconds */
export function isMuted(topic, now) {
  return topic.muted_until > now / 1000;
}

/** @param {Topic} topic */
export function howItRings(topic) {
  const now = Date.now();
  if (topic.muted_until >= FOR_EVER) return "Muted until you turn it on";
  if (isMuted(topic, now)) return `Muted until ${until(topic.muted_until, now)}`;
  return `Rings for ${threshold(topic.min_priority)}`;
}
