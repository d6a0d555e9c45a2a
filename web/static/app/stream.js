// One live stream for all topics, in the tab that was last looked at.
// It resumes at a cursor: nothing twice, nothing lost.
import { keepMessages, showBadge } from "./keep.js";
import { followedTopics, recall, remember, tell } from "./state.js";
import { loadTopics } from "./history.js";
/** @import { Message } from "../../types.js" */

const SILENCE_MS = 110_000; // two keepalives of the server and some
const GATHER_MS = 30;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/** @typedef {"idle" | "connecting" | "live" | "offline"} LinkState */

export class Stream {
  /** Only one tab runs its stream. */ owned = false;
  /** @type {EventSource | null} */ #source = null;
  /** @type {Message[]} */ #arrived = [];
  #topics = "";
  #wait = FIRST_WAIT_MS;
  #silence = 0;
  #retry = 0;
  #gather = 0;

  /** @param {(state: LinkState) => void} onstate */
  constructor(onstate) {
    this.onstate = onstate;
  }

  /** Connect, or connect anew when the list of topics has changed. */
  async follow() {
    const topics = (await followedTopics())
      .map((topic) => topic.topic)
      .sort()
      .join(",");
    if (!this.owned || (topics === this.#topics && this.#source)) return;
    this.#topics = topics;
    await this.connect();
  }

  async connect() {
    this.close();
    if (!this.owned) return;
    if (!this.#topics) return this.onstate("idle");
    this.onstate("connecting");
    const cursor = await recall("cursor");
    const source = new EventSource(`/${this.#topics}/sse?since=${cursor || "none"}`);
    this.#source = source;
    source.onerror = () => this.#lost(source);
    source.onmessage = (event) => this.#receive(JSON.parse(event.data));
    source.addEventListener("keepalive", () => this.#heard());
    source.addEventListener("open", (event) => this.#opened(/** @type {MessageEvent} */ (event).data));
  }

  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }

  /**
   * The server's own "open" has data, the browser's has none. Once it is open, no later message can be missed.
   * @param {string | undefined} data
   */
  async #opened(data) {
    this.#heard();
    if (!data) return;
    this.#wait = FIRST_WAIT_MS;
    this.onstate("live");
    if (!(await recall("cursor"))) await remember("cursor", String(JSON.parse(data).time));
    await loadTopics();
  }

  /** @param {Message} message */
  #receive(message) {
    this.#heard();
    this.#arrived.push(message);
    this.#gather ||= window.setTimeout(() => this.#store(), GATHER_MS);
  }

  /** A burst becomes one transaction. The cursor moves only after the messages are on disk. */
  async #store() {
    this.#gather = 0;
    const arrived = this.#arrived.splice(0);
    const news = await keepMessages(arrived);
    await remember("cursor", arrived[arrived.length - 1].id);
    await showBadge();
    if (news.length) tell({ kind: "arrived", messages: news.slice(-20) });
  }

  #heard() {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.connect(), SILENCE_MS);
  }

  /** The browser's own reconnect would ask for the old cursor again. @param {EventSource} source */
  #lost(source) {
    if (source !== this.#source) return;
    this.close();
    this.onstate("offline");
    this.#retry = window.setTimeout(() => this.connect(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }
}

/**
 * Run the stream in one tab only: browsers allow six connections to a server, and every tab reads the same database.
 * The visible tab takes it over; a tab that loses it waits for its turn.
 * @param {Stream} stream
 */
export function share(stream) {
  if (!navigator.locks) return void run(stream);
  const own = (/** @type {LockOptions} */ options) =>
    navigator.locks
      .request("stream", options, () => run(stream))
      .catch((error) => {
        // Any other error comes from a page that is being left, where each further request fails at once, for ever.
        if (error.name === "AbortError") yieldTo(stream, own);
      });
  own({ steal: document.visibilityState === "visible" });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !stream.owned) own({ steal: true });
  });
}

/** Until it is stolen or the tab is closed. @param {Stream} stream */
async function run(stream) {
  stream.owned = true;
  await stream.follow();
  await new Promise(() => {});
}

/** @param {Stream} stream @param {(options: LockOptions) => void} own */
function yieldTo(stream, own) {
  stream.owned = false;
  stream.close();
  own({});
}
