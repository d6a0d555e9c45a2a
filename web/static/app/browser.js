// Which browser this is: only to say the right words. What works is always asked of the browser itself.

/**
 * @typedef {object} Browser
 * @property {"Safari" | "Firefox" | "Edge" | "Chrome" | "Brave" | "Opera" | "Samsung Internet" | "Chromium"} name
 * @property {"iPhone" | "iPad" | "Android" | "Mac" | "Windows" | "Linux" | "ChromeOS"} system
 * @property {boolean} ios where only an installed app may receive pushes
 * @property {boolean} installed runs as an app of its own
 * @property {boolean} secure https or this machine: without it there are no service workers
 * @property {boolean} pushes has all that a push needs
 */

/**
 * @param {{userAgent: string, maxTouchPoints?: number, standalone?: boolean, brave?: unknown,
 *   displayStandalone?: boolean, secure?: boolean, pushes?: boolean}} facts as the browser tells them
 * @returns {Browser}
 */
export function identifyBrowser(facts) {
  const system = systemOf(facts);
  const ios = system === "iPhone" || system === "iPad";
  return {
    name: facts.brave ? "Brave" : nameOf(facts.userAgent, ios),
    system,
    ios,
    installed: Boolean(facts.standalone || facts.displayStandalone),
    secure: facts.secure ?? true,
    pushes: facts.pushes ?? true,
  };
}

/** @param {{userAgent: string, maxTouchPoints?: number}} facts @returns {Browser["system"]} */
function systemOf({ userAgent, maxTouchPoints = 0 }) {
  if (/iPhone|iPod/.test(userAgent)) return "iPhone";
  // iPadOS calls itself a Mac; only the iPad has a screen to touch.
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return "iPad";
  if (/Android/.test(userAgent)) return "Android";
  if (/CrOS/.test(userAgent)) return "ChromeOS";
  if (/Windows/.test(userAgent)) return "Windows";
  return /Mac OS X/.test(userAgent) ? "Mac" : "Linux";
}

/** @param {string} userAgent @param {boolean} ios @returns {Browser["name"]} */
function nameOf(userAgent, ios) {
  if (/Edg(A|iOS)?\//.test(userAgent)) return "Edge";
  if (/OPR\//.test(userAgent)) return "Opera";
  if (/SamsungBrowser\//.test(userAgent)) return "Samsung Internet";
  if (/Firefox\/|FxiOS\//.test(userAgent)) return "Firefox";
  if (/CriOS\//.test(userAgent)) return "Chrome";
  if (/Chrome\//.test(userAgent)) return "Chrome";
  return ios || /Safari\//.test(userAgent) ? "Safari" : "Chromium";
}

/** This browser. @returns {Browser} */
export function thisBrowser() {
  const { userAgent, maxTouchPoints } = navigator;
  return identifyBrowser({
    userAgent,
    maxTouchPoints,
    standalone: /** @type {any} */ (navigator).standalone,
    brave: /** @type {any} */ (navigator).brave,
    displayStandalone: matchMedia("(display-mode: standalone)").matches,
    secure: isSecureContext,
    pushes: "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis,
  });
}

/** What a device calls itself until somebody gives it another name. @param {Browser} browser */
export function deviceName(browser) {
  if (browser.ios) return browser.system;
  return `${browser.name} on ${browser.system}`;
}
