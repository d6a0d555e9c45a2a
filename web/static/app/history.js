// Older messages, from the server into this device's database.
import { api } from "./api.js";
import { done, transact } from "./database.js";
import { keepMessages } from "./keep.js";
import { followedTopics } from "./state.js";
/** @import { ApiError } from "./api.js" */

const PAGE = 50;

/** The newest page of every topic that was never loaded. What is older than the subscription is not news. */
export async function loadTopics() {
  for (const topic of await followedTopics()) {
    if (topic.loaded) continue;
    await loadOlder([topic.topic], "");
    await transact(["topics"], "readwrite", async (topics) => {
      const now = await done(topics.get(topic.topic));
      if (now) topics.put({ ...now, loaded: true });
    });
  }
}

/**
 * The page before a message; returns whether there are more. A message that the server has forgotten has nothing
 * before it.
 * @param {string[]} topics
 * @param {string} before message ID, or "" for the newest
 */
export async function loadOlder(topics, before) {
  const { messages, more } = await api.history(topics, before, PAGE).catch(nothingBefore);
  await keepMessages(messages.reverse(), { older: true, read: true });
  return more;
}

/** @param {ApiError} error */
function nothingBefore(error) {
  if (error.http !== 404) throw error;
  return { messages: [], more: false };
}
