// The two panes: what is in them, and how one becomes the other.
import { byId, el, icon } from "./dom.js";
import { followView } from "./follow.js";
import { inboxView } from "./inbox.js";
import { messageView } from "./message.js";
import { ringView } from "./ring.js";
import { sendView } from "./send.js";
import { settingsView } from "./settings.js";
import { topicListView } from "./topic-list.js";
import { topicView } from "./topic.js";
import { welcomeView } from "./welcome.js";
/** @import { Route } from "./router.js" */
/** @import { Feed } from "./feed.js" */

/** @typedef {{element: HTMLElement, feed?: Feed, ready?: Promise<any>, close?: () => void}} View */

const PAGES = ["settings", "welcome"];

/** One pane: keeps its view as long as the address means the same, so that its scroll position stays. */
class Pane {
  /** @type {View | null} */ view = null;
  #name = "";
  /** What sticks below the head must know how high it is. */ #heights = new ResizeObserver(([{ target }]) =>
    this.element.style.setProperty("--head-height", `${target.clientHeight}px`),
  );

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /** @param {string} name what the view is of @param {() => View} make */
  async show(name, make) {
    if (name === this.#name) return;
    this.#name = name;
    this.view?.close?.();
    const view = make();
    this.view = view;
    await view.ready;
    if (this.view !== view) return;
    this.element.replaceChildren(view.element);
    this.#heights.disconnect();
    const head = view.element.querySelector(".head");
    if (head) this.#heights.observe(head);
    this.element.scrollTop = 0;
  }
}

export class Panes {
  #feed = new Pane(byId("feed"));
  #side = new Pane(byId("side"));
  /** @type {Pick<Route, "list" | "topic">} */ #list = { list: "inbox", topic: "" };

  get feed() {
    return this.#feed.view?.feed;
  }

  /** @param {Route} route */
  async show(route) {
    const list = route.list === "same" ? this.#list : route;
    this.#list = PAGES.includes(list.list) ? { list: "inbox", topic: "" } : list;
    const { kind, name } = route.side;
    const topic = list.list === "topic" ? list.topic : null;
    await Promise.all([
      this.#feed.show(`${list.list} ${list.topic}`, () => feedView(list)),
      this.#side.show(`${kind} ${name}`, () => sideView(kind, name, topic)),
    ]);
    const { dataset } = document.body;
    dataset.side = kind === "none" ? "closed" : "open";
    if (PAGES.includes(route.list)) dataset.page = route.list;
    else delete dataset.page;
  }
}

/** @param {Pick<Route, "list" | "topic">} route @returns {View} */
function feedView({ list, topic }) {
  switch (list) {
    case "topic":
      return topicView(topic);
    case "topics":
      return topicListView();
    case "settings":
      return settingsView();
    case "welcome":
      return welcomeView();
    default:
      return inboxView();
  }
}

/** @param {Route["side"]["kind"]} kind @param {string} name @param {string | null} topic @returns {View} */
function sideView(kind, name, topic) {
  switch (kind) {
    case "message":
      return messageView(name, topic);
    case "send":
      return sendView(name || topic || "");
    case "follow":
      return followView(name);
    case "ring":
      return ringView(name);
    default:
      return {
        element: el("div.nobody", {}, engraved(), el("p", {}, "Choose a message, or press ", el("kbd", {}, "j"), ".")),
      };
  }
}

/** The bell as it is when nothing rings: a line in the door. */
function engraved() {
  const bell = icon("unread");
  bell.classList.add("engraved");
  return bell;
}
