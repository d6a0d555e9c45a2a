// The shapes that travel through the app. Comments only: nothing here runs.

/**
 * A message as the server tells it (docs/api.md, ntfy's form). Instants are Unix seconds.
 * @typedef {object} Message
 * @property {string} id
 * @property {string} [sequence_id]
 * @property {number} time
 * @property {number} [expires]
 * @property {"message" | "message_delete" | "message_clear"} event
 * @property {string} topic
 * @property {string} [title]
 * @property {string} [message]
 * @property {number} [priority]
 * @property {string[]} [tags]
 * @property {string} [click]
 * @property {string} [icon]
 * @property {string} [content_type]
 * @property {boolean} [truncated] a push had no room for all of it
 */

/**
 * One notification as this device keeps it: the newest version of a sequence, and what came before. The properties
 * that are indexed (`sort`, `inbox`, `unread`) are absent when the row is not to be found by them.
 * @typedef {object} Row
 * @property {string} key `<topic>/<sequence>`
 * @property {string} topic
 * @property {string} sequence
 * @property {string[]} ids of everything that was folded into it, so that nothing counts twice
 * @property {Message} head the newest version
 * @property {Message[]} versions earlier ones, newest first
 * @property {number} [sort] position in the topic
 * @property {number} [inbox] position in the inbox; absent when archived
 * @property {string} [unread] the topic, while it is unread
 * @property {number} [gone] when it was deleted for everybody
 */

/**
 * A topic that this device follows.
 * @typedef {object} Topic
 * @property {string} topic
 * @property {number} min_priority
 * @property {number} muted_until Unix seconds; 0 for not muted
 * @property {number} [rings_since] Unix seconds of the last change of these settings: what came before must not ring
 * @property {boolean} [loaded] whether the newest page of its history is here
 */

/**
 * What the worker has to tell the server about a message: local clock, milliseconds.
 * @typedef {object} Receipt
 * @property {string} id
 * @property {number} [received]
 * @property {number} [shown]
 * @property {number} [clicked]
 * @property {number} [closed]
 */

/**
 * What the server answers to a heartbeat.
 * @typedef {object} Heartbeat
 * @property {"ok" | "pending" | "unknown" | "dead"} state
 * @property {Record<string, {min_priority: number, muted_until: number}>} [topics]
 * @property {Message[]} [messages] since the cursor, oldest first
 * @property {boolean} [more]
 * @property {string} [cursor]
 */

export {};
