// Small things this device remembers: who it is, what it follows, what it still has to tell the server.
import { done, transact } from "./database.js";
/** @import { Receipt, Topic } from "../../types.js" */

const RECEIPTS_KEPT = 200;

/**
 * Tells every open page (and this one) that something was written.
 * @param {{kind: string, [more: string]: any}} news
 */
export function tell(news) {
  const channel = new BroadcastChannel("pushbell");
  channel.postMessage(news);
  channel.close();
}

/** @param {string} name @returns {Promise<any>} */
export function recall(name) {
  return transact(["state"], "readonly", (state) => done(state.get(name)));
}

/** @param {string} name @param {any} value */
export async function remember(name, value) {
  await transact(
    ["state"],
    "readwrite",
    (state) => void (value === undefined ? state.delete(name) : state.put(value, name)),
  );
}

/** @returns {Promise<Topic[]>} */
export function followedTopics() {
  return transact(["topics"], "readonly", (topics) => done(topics.getAll()));
}

/** @param {Topic} topic */
export async function putTopic(topic) {
  await transact(["topics"], "readwrite", (topics) => done(topics.put(topic)));
  tell({ kind: "topics" });
}

/**
 * Note something about a message that the server does not know yet.
 * @param {string} id
 * @param {Partial<Receipt>} news
 */
export async function noteReceipt(id, news) {
  await transact(["receipts"], "readwrite", async (receipts) => {
    const known = await done(receipts.get(id));
    if (!known && (await done(receipts.count())) >= RECEIPTS_KEPT) return;
    receipts.put({ ...known, id, ...news });
  });
}

/** @returns {Promise<Receipt[]>} */
export function waitingReceipts() {
  return transact(["receipts"], "readonly", (receipts) => done(receipts.getAll()));
}

/** The server has these; what was noted in the meantime stays. @param {Receipt[]} told */
export async function dropReceipts(told) {
  await transact(["receipts"], "readwrite", async (receipts) => {
    for (const receipt of told) {
      const now = await done(receipts.get(receipt.id));
      if (now && Object.keys(now).length === Object.keys(receipt).length) receipts.delete(receipt.id);
    }
  });
}
