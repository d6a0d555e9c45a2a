// Says once, calmly, that this device will not ring, with the one thing to do about it.
import { allowPanel } from "./allow.js";
import { deviceState } from "./device.js";
import { el } from "./dom.js";
import { onNews } from "./news.js";
import { followedTopics } from "./state.js";

export function offNotice() {
  const element = el("div", {});
  const draw = async () => {
    const off = (await deviceState()) === "off" && (await followedTopics()).length > 0;
    if (!off) return element.replaceChildren();
    const open = () =>
      element.replaceChildren(
        el(
          "div.notice",
          {},
          el(
            "div",
            {},
            el("p", {}, "Messages then ring on this device even when Pushbell is closed. Your browser asks once."),
            allowPanel({ onallowed: draw }),
          ),
        ),
      );
    if (element.childElementCount) return;
    element.replaceChildren(
      el(
        "div.notice",
        {},
        el("p", {}, "This device does not ring yet."),
        el("button.button.small-button", { type: "button", onclick: open }, "Turn on"),
      ),
    );
  };
  draw();
  const stops = [onNews("device", draw), onNews("topics", draw)];
  return { element, close: () => stops.forEach((stop) => stop()) };
}
