// Addresses: what they mean and how to get there.

/**
 * What an address shows. The list `same` is whatever the first pane showed before.
 * @typedef {object} Route
 * @property {"inbox" | "topic" | "topics" | "settings" | "welcome" | "same"} list of the first pane
 * @property {string} topic of the list, when it is one topic
 * @property {{kind: "message" | "send" | "follow" | "ring" | "none", name: string}} side what the side pane shows
 * @property {"inbox" | "topics" | "send" | "settings" | ""} tab
 */

/** @param {string} path @param {string} search @returns {Route} */
export function parseRoute(path, search) {
  const query = new URLSearchParams(search);
  const none = /** @type {const} */ ({ kind: "none", name: "" });
  const message = query.get("message");
  const side = message ? /** @type {const} */ ({ kind: "message", name: message }) : none;
  switch (path) {
    case "/":
    case "/app":
    case "/app/":
      return { list: "inbox", topic: "", side, tab: "inbox" };
    case "/settings":
      return { list: "settings", topic: "", side: none, tab: "settings" };
    case "/app/welcome":
      return { list: "welcome", topic: "", side: none, tab: "" };
    case "/app/topics":
      return { list: "topics", topic: "", side: none, tab: "topics" };
    case "/app/compose":
      return { list: "same", topic: "", side: { kind: "send", name: query.get("topic") || "" }, tab: "send" };
    case "/app/follow":
      return { list: "same", topic: "", side: { kind: "follow", name: query.get("topic") || "" }, tab: "topics" };
  }
  const topic = path.slice(1);
  if (!/^[-\w]{1,64}$/.test(topic)) return { list: "inbox", topic: "", side: none, tab: "inbox" };
  return { list: "topic", topic, side: query.has("ring") ? { kind: "ring", name: topic } : side, tab: "topics" };
}

/**
 * The address of a message within the list it is shown in.
 * @param {string | null} topic null for the inbox
 * @param {string} id
 */
export function messagePath(topic, id) {
  return `/${topic ?? ""}?message=${id}`;
}

/** @type {(path: string) => void} */
let arrive = () => {};

/** Follow every link within the app without leaving the page. @param {(path: string) => void} onarrive */
export function startRouter(onarrive) {
  arrive = onarrive;
  addEventListener("popstate", () => arrive(location.pathname + location.search));
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0 || link.target) return;
    if (
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey ||
      link.origin !== location.origin ||
      link.hash
    )
      return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

/** @param {string} path @param {{replace?: boolean}} [how] */
export function go(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) replace = true;
  history[replace ? "replaceState" : "pushState"]({ inside: true }, "", path);
  arrive(path);
}

/** Back to where one came from, or to `path` when the app was opened here. @param {string} path */
export function goBack(path) {
  if (history.state?.inside) history.back();
  else go(path, { replace: true });
}
