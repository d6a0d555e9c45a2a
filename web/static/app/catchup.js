// Which messages should have rung but did not. Pure.
/** @import { Message, Topic } from "../../types.js" */

/**
 * A push is a doorbell, and bells get lost: of the messages up to the one whose push has just come, those that nobody
 * was told of. Later ones have their own push on the way.
 * @param {Message[]} messages oldest first
 * @param {string} pushed ID of the message that came by push
 * @param {Record<string, Topic>} topics what this device follows
 * @param {Set<string>} rung IDs that were shown already
 * @returns {Message[]}
 */
export function missedMessages(messages, pushed, topics, rung) {
  const end = messages.findIndex((message) => message.id === pushed);
  const before = messages.slice(0, Math.max(0, end));
  const later = new Map(messages.map((message) => [sequenceOf(message), message.id]));
  return before.filter(
    (message) =>
      message.event === "message" &&
      !rung.has(message.id) &&
      later.get(sequenceOf(message)) === message.id &&
      wanted(message, topics[message.topic]),
  );
}

/** @param {Message} message */
function sequenceOf(message) {
  return `${message.topic}/${message.sequence_id || message.id}`;
}

/**
 * What the server would have filtered must not ring afterwards.
 * @param {Message} message
 * @param {Topic | undefined} topic
 */
function wanted(message, topic) {
  if (!topic) return false;
  const since = Math.max(topic.muted_until || 0, topic.rings_since || 0);
  return (message.priority || 3) >= topic.min_priority && message.time >= since;
}
