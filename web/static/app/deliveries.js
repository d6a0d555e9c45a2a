// Did it reach the phone? One line per device, kept true while somebody looks.
import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { note } from "./reach.js";
import { clock, duration } from "./time.js";
/** @import { Reach } from "./reach.js" */

const EVERY_MS = 2000;
const LOOKS = 30;

/**
 * @typedef {object} Delivery
 * @property {string} device_name @property {string} service
 * @property {"due" | "delivered" | "gone" | "failed" | "expired" | "filtered"} state
 * @property {number} attempts @property {number} status @property {string} reason
 * @property {number} at @property {number} due_at
 * @property {number | null} received_at @property {number | null} shown_at @property {number | null} clicked_at
 */

/** @param {string} id */
export function deliveriesBlock(id) {
  const list = el("div", {});
  const summary = el("p.quiet.small", {}, "Asking the server…");
  const element = el(
    "section.block",
    { "aria-labelledby": "delivery" },
    el("h2", { id: "delivery" }, "Delivery"),
    summary,
    list,
  );
  let timer = 0;
  let looks = 0;
  const look = async () => {
    looks += 1;
    const reach = await api.deliveries(id).catch(() => null);
    draw(reach, summary, list);
    if (reach) note(id, reach);
    if ((!reach || isMoving(reach)) && looks < LOOKS) timer = window.setTimeout(look, EVERY_MS);
  };
  look();
  return { element, close: () => clearTimeout(timer) };
}

/** @param {Reach} reach */
function isMoving(reach) {
  return reach.due > 0 || reach.received < reach.delivered;
}

/** @param {(Reach & {devices: Delivery[]}) | null} reach @param {HTMLElement} summary @param {HTMLElement} list */
function draw(reach, summary, list) {
  summary.textContent = reach ? sentence(reach) : "The server cannot be asked right now.";
  if (reach) list.replaceChildren(...reach.devices.map(line));
}

/** @param {Reach} reach */
export function sentence(reach) {
  if (!reach.owed) return "No device followed this topic when it was sent.";
  const wanted = reach.owed - reach.filtered;
  const parts = [];
  if (wanted)
    parts.push(
      wanted === reach.received
        ? wanted === 1
          ? "It reached the one device."
          : `It reached all ${wanted} devices.`
        : `It reached ${reach.received} of ${wanted} ${wanted === 1 ? "device" : "devices"}.`,
    );
  if (reach.due) parts.push(`${reach.due} still to come.`);
  const silent = reach.delivered - reach.received;
  if (silent > 0) parts.push(`${silent} ${silent === 1 ? "has" : "have"} not answered yet.`);
  if (reach.filtered)
    parts.push(
      `${reach.filtered} did not want it (muted, or below ${reach.filtered === 1 ? "its" : "their"} priority).`,
    );
  return parts.join(" ");
}

/** @param {Delivery} delivery */
function line(delivery) {
  return el(
    "div.delivery",
    {},
    el(
      "div.delivery-head",
      {},
      el("h3", {}, delivery.device_name || "A device without a name"),
      el("span.quiet", {}, delivery.service),
    ),
    stations(delivery),
    trouble(delivery),
  );
}

/** @param {Delivery} delivery */
function stations(delivery) {
  if (delivery.state === "filtered") return null;
  const accepted = delivery.state === "delivered" ? delivery.at : null;
  const after = (/** @type {number | null} */ at) =>
    at && (accepted ? `+${duration(Math.max(0, at - accepted))}` : clock(at));
  return el(
    "ol.stations",
    {},
    station("Accepted", accepted && clock(accepted)),
    station("Received", after(delivery.received_at)),
    station("Shown", after(delivery.shown_at)),
    station("Opened", after(delivery.clicked_at)),
  );
}

/** @param {string} name @param {string | null | 0} when */
function station(name, when) {
  return el(
    when ? "li.station.reached" : "li.station",
    {},
    el("b", {}, name),
    when || el("span.unseen", {}, "not yet"),
  );
}

/** @param {Delivery} delivery */
function trouble(delivery) {
  const words = troubleWords(delivery);
  return words && el("p.trouble", {}, icon(delivery.state === "filtered" ? "bell-off" : "alert"), words);
}

/** @param {Delivery} delivery */
function troubleWords({ state, reason, attempts, due_at }) {
  const because = reason ? `: ${reason}` : "";
  switch (state) {
    case "due":
      return attempts
        ? `Tried ${attempts === 1 ? "once" : `${attempts} times`}${because}. The next attempt is at ${clock(due_at)}.`
        : "On its way.";
    case "gone":
      return "This device is gone: its browser gave up the subscription.";
    case "failed":
      return `The push service refused it${because}.`;
    case "expired":
      return "It was too old before the device could be reached.";
    case "filtered":
      return "Not sent: muted, or below the priority this device rings for.";
    default:
      return null;
  }
}
