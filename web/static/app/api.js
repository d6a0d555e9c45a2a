// The server's HTTP API (docs/api.md). Every failure becomes one kind of error, with words for people.
/** @import { Heartbeat, Message } from "../../types.js" */

const TIMEOUT_MS = 15_000;

export class ApiError extends Error {
  /** @param {number} http 0 when there was no answer at all @param {number} code ntfy's code @param {string} text */
  constructor(http, code, text) {
    super(text);
    this.http = http;
    this.code = code;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: any, secret?: string, timeout?: number, keepalive?: boolean}} [more]
 * @returns {Promise<Response>}
 */
async function ask(method, path, { body, secret, timeout = TIMEOUT_MS, keepalive = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = secret ? { "X-Device-Secret": secret } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: text,
      keepalive,
      cache: "no-store",
      signal: AbortSignal.timeout(timeout),
    });
  } catch {
    throw new ApiError(0, 0, "The server did not answer.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.code || 0, problem.error || `The server answered ${response.status}.`);
}

/** @param {string} method @param {string} path @param {object} [more] @returns {Promise<any>} */
async function askJson(method, path, more) {
  return (await ask(method, path, more)).json();
}

/** @param {{id: string, secret: string}} device */
const home = (device) => `/v1/devices/${device.id}`;

export const api = {
  /** @returns {Promise<{web_push_public_key?: string, disallowed_topics?: string[]}>} */
  config: () => askJson("GET", "/v1/config"),

  /** @param {{id: string, secret: string}} device @param {object} registration */
  putDevice: (device, registration) => askJson("PUT", home(device), { body: registration, secret: device.secret }),

  /** @param {{id: string, secret: string}} device */
  device: (device) => askJson("GET", home(device), { secret: device.secret }),

  /** @param {{id: string, secret: string}} device */
  removeDevice: (device) => askJson("DELETE", home(device), { secret: device.secret }),

  /** @param {{id: string, secret: string}} device @param {string} token */
  activate: (device, token) =>
    askJson("POST", `${home(device)}/activate`, { body: { token }, secret: device.secret, keepalive: true }),

  /**
   * @param {{id: string, secret: string}} device
   * @param {object} news
   * @param {number} [timeout] ms
   * @returns {Promise<Heartbeat>}
   */
  heartbeat: (device, news, timeout) =>
    askJson("POST", `${home(device)}/heartbeat`, { body: news, secret: device.secret, keepalive: true, timeout }),

  /** @param {{id: string, secret: string}} device @param {string} topic @param {object} settings */
  putTopic: (device, topic, settings) =>
    askJson("PUT", `${home(device)}/topics/${topic}`, { body: settings, secret: device.secret }),

  /** @param {{id: string, secret: string}} device @param {string} topic */
  removeTopic: (device, topic) => askJson("DELETE", `${home(device)}/topics/${topic}`, { secret: device.secret }),

  /** The stages of a test push, one JSON object per line. @param {{id: string, secret: string}} device */
  test: (device) => ask("POST", `${home(device)}/test`, { secret: device.secret, timeout: 40_000 }),

  /**
   * Newest first.
   * @param {string[]} topics
   * @param {string} before a message ID or ""
   * @param {number} limit
   * @returns {Promise<{messages: Message[], more: boolean}>}
   */
  history: (topics, before, limit) =>
    askJson("GET", `/v1/messages?topic=${topics.join(",")}&limit=${limit}${before && `&before=${before}`}`),

  /** @param {string} id */
  deliveries: (id) => askJson("GET", `/v1/messages/${id}/deliveries`),

  /** @param {object} draft @returns {Promise<Message>} */
  publish: (draft) => askJson("POST", "/", { body: draft }),

  /** @param {string} topic @param {string} sequence */
  remove: (topic, sequence) => askJson("DELETE", `/${topic}/${sequence}`),
};
