// From what a push carries to a message and to what is shown (docs/api.md, "What a push contains").
/** @import { Message } from "../../types.js" */

const FALLBACK = { title: "Pushbell", body: "A message arrived. Open Pushbell to read it." };
const SCHEMES = /^(https?|mailto|tel):/i;

/**
 * @typedef {object} Push
 * @property {string} event `message`, `message_delete`, `message_clear`, `activation`, `test`, or `unknown`
 * @property {any} data
 * @property {{title: string, body: string, tag?: string} | null} notification null when nothing is to be shown
 */

/**
 * Never throws: a push that shows nothing costs the subscription on some systems, so whatever cannot be read gets a
 * text that is true all the same.
 * @param {any} payload
 * @returns {Push}
 */
export function readPush(payload) {
  const shown = payload?.notification;
  const data = shown?.data || payload?.data || {};
  const event = typeof data.event === "string" ? data.event : "unknown";
  if (!shown && (event === "message_delete" || event === "message_clear")) return { event, data, notification: null };
  if (typeof shown?.title !== "string" || !shown.title) return { event: "unknown", data, notification: FALLBACK };
  return { event, data, notification: { title: shown.title, body: String(shown.body || ""), tag: shown.tag } };
}

/** The message inside; null when the push carries none. @param {Push} push @returns {Message | null} */
export function messageOf({ event, data, notification }) {
  if (!event.startsWith("message") || typeof data.id !== "string" || typeof data.topic !== "string") return null;
  if (!notification) return data;
  const { untitled, ...message } = data;
  return {
    ...message,
    title: untitled ? "" : (data.title ?? notification.title),
    message: data.message ?? notification.body,
  };
}

/** For a message that came without its own push. @param {Message} message */
export function notificationOf(message) {
  return {
    title: message.title || message.topic,
    body: message.message || "",
    tag: `${message.topic}/${message.sequence_id || message.id}`,
  };
}

/**
 * @param {{body: string, tag?: string}} shown
 * @param {any} data the message, as far as it is known
 */
export function optionsOf(shown, data) {
  return {
    body: shown.body,
    tag: shown.tag,
    timestamp: data.time ? data.time * 1000 : Date.now(),
    requireInteraction: data.priority === 5,
    silent: data.priority === 1,
    data: { id: data.id, topic: data.topic, click: SCHEMES.test(data.click || "") ? data.click : "" },
  };
}
