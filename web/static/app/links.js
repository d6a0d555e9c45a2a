// Which addresses a message may lead to. Everything that is not on the list stays text.

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "geo:"]);

/**
 * The address if it may be a link, else null. Relative addresses are refused: they would point into this app.
 * @param {string | undefined} address
 */
export function safeLink(address) {
  if (!address || !/^[a-z][a-z0-9+.-]*:/i.test(address.trim())) return null;
  try {
    const url = new URL(address.trim());
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** What to call a link on a button: where it goes. @param {string} href */
export function linkName(href) {
  const url = new URL(href);
  return url.host || url.pathname;
}

/**
 * Only https: a picture fetched without it would tell the network what was read.
 * @param {string | undefined} address
 */
export function safeImage(address) {
  const href = safeLink(address);
  return href && href.startsWith("https:") ? href : null;
}
