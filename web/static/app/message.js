// One message, well set, and what became of it.
import { api } from "./api.js";
import { thisBrowser } from "./browser.js";
import { deliveriesBlock } from "./deliveries.js";
import { el, icon, iconButton } from "./dom.js";
import { loadEmoji, splitTags } from "./emoji.js";
import { rowOf } from "./keep.js";
import { linkName, safeLink } from "./links.js";
import { markdownNodes } from "./markdown-dom.js";
import { parseMarkdown } from "./markdown.js";
import { onNews } from "./news.js";
import { priorityName } from "./priority.js";
import { go, goBack } from "./router.js";
import { textOf } from "./row.js";
import { archive, markRead } from "./rows.js";
import { ago, exact } from "./time.js";
import { confirmed, toast } from "./toast.js";
/** @import { Message, Row } from "../../types.js" */

/**
 * @param {string} id of any version
 * @param {string | null} list the topic it is shown in; null for the inbox
 */
export function messageView(id, list) {
  const element = el("article.message-view", {});
  const back = `/${list ?? ""}`;
  let shown = "";
  let seen = false;
  let stopDeliveries = () => {};

  const draw = async () => {
    const row = await rowOf(id);
    await loadEmoji(row?.head?.tags || []);
    if (!row?.head) return element.replaceChildren(head(null, back), missing());
    const stamp = `${row.head.id} ${row.head.truncated ? 1 : 0} ${row.versions.length} ${row.inbox ? 1 : 0}`;
    if (stamp === shown) return;
    shown = stamp;
    stopDeliveries();
    const deliveries = deliveriesBlock(row.head.id);
    stopDeliveries = deliveries.close;
    element.replaceChildren(head(row, back), body(row, deliveries.element));
    if (!seen) await see(row.key);
    seen = true;
  };

  const stop = onNews("rows", draw);
  return { element, ready: draw(), close: () => (stop(), stopDeliveries()) };
}

function missing() {
  const words = "This message is no longer here. It was deleted, or it has never reached this device.";
  return el("p.sheet.quiet", {}, words);
}

/** Who reads it here needs its notification no more. @param {string} key of the row, and tag of its notification */
async function see(key) {
  await markRead(key);
  const registration = await navigator.serviceWorker?.getRegistration();
  const shown = (await registration?.getNotifications({ tag: key })) || [];
  // On Apple's systems a notification that is closed at once counts as one that was never shown.
  if (!thisBrowser().ios) for (const notification of shown) notification.close();
}

/** @param {Row | null} row @param {string} back */
function head(row, back) {
  return el(
    "div.head",
    {},
    iconButton("back", "Back", () => goBack(back), { class: "icon-button back phone-only" }),
    el("div", {}),
    row && iconButton("unread", "Mark as unread", () => markRead(row.key, false).then(() => go(back))),
    row && archiveButton(row, back),
    row && iconButton("copy", "Copy the text", () => copyText(row.head)),
    row && iconButton("trash", "Delete for everybody", () => remove(row, back)),
  );
}

/** @param {Row} row @param {string} back */
function archiveButton(row, back) {
  const archived = row.inbox === undefined;
  return iconButton(
    "archive",
    archived ? "Move back to the inbox" : "Archive",
    async () => {
      await archive(row.key, !archived);
      if (archived) return toast("It is in the inbox again.");
      go(back);
      toast("Archived.", { label: "Undo", run: () => archive(row.key, false) });
    },
    { "aria-pressed": String(archived) },
  );
}

/** @param {Message} message */
async function copyText(message) {
  await navigator.clipboard.writeText([message.title, message.message].filter(Boolean).join("\n"));
  toast("Copied.");
}

/** @param {Row} row @param {string} back */
async function remove(row, back) {
  const sure = await confirmed({
    title: "Delete this message for everybody?",
    text: "It disappears from every device that follows the topic, and from the server’s history.",
    yes: "Delete",
  });
  if (!sure) return;
  try {
    await api.remove(row.topic, row.sequence);
    go(back);
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}

/** @param {Row} row @param {HTMLElement} deliveries */
function body(row, deliveries) {
  const { head: message } = row;
  const tags = splitTags(message.tags);
  return el(
    "div.message",
    {},
    el(
      "header.message-head",
      {},
      tags.emojis.length > 0 && el("p.emoji", { "aria-hidden": "true" }, tags.emojis.join(" ")),
      message.title ? el("h1", {}, message.title) : el("h1.unseen", {}, `Message in ${row.topic}`),
      facts(row),
    ),
    text(message),
    link(message),
    tags.words.length > 0 &&
      el("div.tags", { "aria-label": "Tags", role: "group" }, ...tags.words.map((tag) => el("span.chip", {}, tag))),
    deliveries,
    row.versions.length > 0 && versions(row.versions),
  );
}

/** @param {Row} row */
function facts({ head: message, topic }) {
  const priority = message.priority || 3;
  return el(
    "p.message-facts",
    {},
    el("a", { href: `/${topic}` }, topic),
    el("time", { datetime: new Date(message.time * 1000).toISOString() }, exact(message.time)),
    priority !== 3 &&
      el(
        "span.priority",
        { "data-priority": priority },
        `${priorityName(priority)[0].toUpperCase()}${priorityName(priority).slice(1)} priority`,
      ),
  );
}

/** @param {Message} message */
function text(message) {
  if (message.content_type === "text/markdown")
    return el("div.message-body", {}, ...markdownNodes(parseMarkdown(message.message || "")));
  return el("div.message-body.plain", {}, message.message || "");
}

/** @param {Message} message */
function link(message) {
  const href = safeLink(message.click);
  return (
    href &&
    el(
      "div.actions",
      {},
      el(
        "a.button",
        { href, target: "_blank", rel: "noopener noreferrer" },
        icon("external"),
        `Open ${linkName(href)}`,
      ),
    )
  );
}

/** @param {Message[]} earlier */
function versions(earlier) {
  return el(
    "section.block",
    { "aria-labelledby": "versions" },
    el("h2", { id: "versions" }, "Before"),
    el(
      "ol.versions",
      {},
      ...earlier.map((version) =>
        el(
          "li",
          {},
          el("time", { title: exact(version.time) }, ago(version.time, Date.now())),
          el("span", {}, [version.title, textOf(version)].filter(Boolean).join(": ")),
        ),
      ),
    ),
  );
}
