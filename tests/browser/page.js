// What `browser.py` runs in the page under test. Each function is sent as text and called at once, so that the page's
// Content-Security-Policy and globals stay as they are.
({
  // Until `look` returns something truthy (also by promise), or `limit` ms are over: then null. While the page is being
  // built `look` may throw; what it throws in the end is the caller's.
  async until(look, limit) {
    const end = performance.now() + limit;
    for (;;) {
      const late = performance.now() >= end;
      try {
        const seen = await look();
        if (seen) return seen;
      } catch (error) {
        if (late) throw error;
      }
      if (late) return null;
      await new Promise((again) => setTimeout(again, 25));
    }
  },

  // The middle of the element, once it lies still, is enabled, and nothing covers it; else null.
  async target(element) {
    if (!element || element.matches(":disabled, [aria-disabled=true]")) return null;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const before = element.getBoundingClientRect();
    await new Promise((frame) => setTimeout(frame, 50));
    const { x, y, width, height } = element.getBoundingClientRect();
    if (!width || !height || x !== before.x || y !== before.y) return null;
    const middle = { x: x + width / 2, y: y + height / 2 };
    const hit = document.elementFromPoint(middle.x, middle.y);
    if (!hit || !element.contains(hit)) return null;
    const aim = (window.labAim = { hit: false });
    element.addEventListener("click", () => (aim.hit = true), { once: true, capture: true });
    return middle;
  },

  // Whether the click that followed `target` hit its element. A page that was left by it cannot tell any more.
  hit() {
    return window.labAim ? window.labAim.hit : true;
  },

  // The first visible control that a screen reader would call by this name.
  named(name) {
    const text = (node) => (node ? node.textContent.replace(/\s+/g, " ").trim() : "");
    const nameOf = (control) => {
      const labelled = (control.getAttribute("aria-labelledby") || "").split(" ").map((id) => text(document.getElementById(id)));
      const labels = [...(control.labels || [])].map(text);
      return [labelled.join(" ").trim(), control.getAttribute("aria-label"), labels.join(" "), text(control), control.placeholder, control.title];
    };
    const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary, [role], [tabindex]");
    return [...controls].find((control) => control.checkVisibility() && (nameOf(control).find(Boolean) || "") === name);
  },

  // Closes all notifications of this origin.
  async putAwayNotifications() {
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      for (const notification of await registration.getNotifications()) notification.close();
    }
  },

  // The notifications of this origin's service worker that are on the screen, oldest first.
  async notifications() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    const shown = registration ? await registration.getNotifications() : [];
    return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
  },
})
