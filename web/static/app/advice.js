// Each way in which notifications can fail, as one sentence and one thing to do. Pure.
/** @import { Browser } from "./browser.js" */

/**
 * @typedef {"insecure" | "unsupported" | "not-installed" | "denied" | "dismissed" | "no-push-service"
 *   | "worker" | "unreachable" | "refused" | "not-allowed" | "silent"} Problem
 * @typedef {object} Advice
 * @property {string} title
 * @property {string} text
 * @property {string[]} [steps]
 * @property {string} button what the one button says
 */

/**
 * @param {Problem} problem
 * @param {Browser} browser
 * @param {string} [detail] the server's own words
 * @returns {Advice}
 */
export function explain(problem, browser, detail = "") {
  switch (problem) {
    case "insecure":
      return {
        title: "Notifications need https",
        text: "This page came over plain http, where browsers do not allow notifications. Put the server behind https, then open it there. Until then messages appear here while the page is open.",
        button: "Try again",
      };
    case "unsupported":
      return {
        title: `${browser.name} cannot receive notifications here`,
        text: "This browser has no Web Push, or a private window switches it off. Messages still appear here while the page is open. Chrome, Edge, Firefox and Safari can do more.",
        button: "Try again",
      };
    case "not-installed":
      return {
        title: `Add Pushbell to your Home Screen first`,
        text: `An ${browser.system} rings only for apps on its Home Screen. It takes three taps:`,
        button: "I have done that",
      };
    case "denied":
      return {
        title: `${browser.name} is blocking notifications for this site`,
        text: "",
        steps: unblock(browser),
        button: "Try again",
      };
    case "dismissed":
      return {
        title: "The question was closed without an answer",
        text: `${browser.name} asks only once in a while, sometimes with a small bell in the address bar. Press the button and choose “Allow”.`,
        button: "Ask again",
      };
    case "no-push-service":
      return {
        title: `${browser.name} could not reach its push service`,
        text: "",
        steps: pushServiceSteps(browser),
        button: "Try again",
      };
    case "worker":
      return {
        title: "The background part could not start",
        text: "The browser refused the service worker. Private windows and strict cookie settings do that: open this page in an ordinary window.",
        button: "Try again",
      };
    case "unreachable":
      return {
        title: "The server does not answer",
        text: "This device is ready, but the server could not be told. Check the connection, then try again.",
        button: "Try again",
      };
    case "not-allowed":
      return { title: "This server does not know your browser’s push service", text: detail, button: "Try again" };
    case "refused":
      return { title: "The server refused this device", text: detail, button: "Try again" };
    case "silent":
      return {
        title: "The first ring has not arrived",
        text: "The server sent one a minute ago and this device has not answered.",
        steps: silentSteps(browser),
        button: "Send it again",
      };
  }
}

/** @param {Browser} browser */
function unblock(browser) {
  if (browser.ios)
    return [
      `Open Settings on the ${browser.system}, then Notifications.`,
      "Choose Pushbell and switch on Allow Notifications.",
      "Come back here.",
    ];
  if (browser.system === "Android") {
    return [
      "Tap the symbol left of the address (in the installed app: long-press its icon, then App info).",
      "Open Permissions, then Notifications, and allow them.",
      "Come back here.",
    ];
  }
  if (browser.name === "Safari")
    return ["Open Safari’s Settings, then Websites, then Notifications.", "Set this site to Allow.", "Come back here."];
  if (browser.name === "Firefox")
    return ["Open the lock in the address bar.", "Remove the block beside “Send Notifications”.", "Come back here."];
  return ["Open the symbol left of the address.", "Set Notifications to Allow.", "Come back here."];
}

/** @param {Browser} browser */
function pushServiceSteps(browser) {
  if (browser.name === "Brave")
    return [
      "Open brave://settings/privacy.",
      "Switch on “Use Google services for push messaging”.",
      "Restart Brave and come back.",
    ];
  if (browser.name === "Firefox")
    return [
      "In about:config, dom.push.connection.enabled must be true.",
      "A firewall must let push.services.mozilla.com through.",
      "Come back here.",
    ];
  if (browser.name === "Safari") return ["A firewall must let *.push.apple.com, port 443, through.", "Come back here."];
  return [
    "A firewall must let mtalk.google.com, port 5228, through.",
    "Builds without Google services, such as ungoogled Chromium, have no push.",
    "Come back here.",
  ];
}

/** @param {Browser} browser */
function silentSteps(browser) {
  if (browser.ios)
    return ["Is a Focus switched on that silences Pushbell?", "Settings, Notifications, Pushbell: are alerts allowed?"];
  const system =
    browser.system === "Android"
      ? "Android’s Settings, Apps: may this app show notifications, and is battery saving off for it?"
      : `${browser.system}: do its own settings allow notifications from ${browser.name}, and is Do Not Disturb off?`;
  return [system, `${browser.name} must be running and online.`];
}
