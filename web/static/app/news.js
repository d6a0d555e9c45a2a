// What was written by this page, by another one, or by the service worker.

const channel = new BroadcastChannel("pushbell");

/**
 * Call `listener` for this kind of news; returns the function that stops it.
 * @param {string} kind
 * @param {(news: any) => void} listener
 */
export function onNews(kind, listener) {
  const hear = (/** @type {MessageEvent} */ event) => event.data.kind === kind && listener(event.data);
  channel.addEventListener("message", hear);
  return () => channel.removeEventListener("message", hear);
}

/** The same, but many calls within a moment become one. @param {() => void} work @param {number} [ms] */
export function gathered(work, ms = 60) {
  let timer = 0;
  return () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      work();
    }, ms);
  };
}
