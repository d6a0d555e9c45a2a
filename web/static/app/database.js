// The only file that speaks IndexedDB. Shared by the page and the service worker.

const DATABASE = "pushbell";
const SCHEMA = 1;

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** @param {IDBDatabase} database */
function createStores(database) {
  const rows = database.createObjectStore("rows", { keyPath: "key" });
  rows.createIndex("ids", "ids", { multiEntry: true });
  rows.createIndex("topic", ["topic", "sort"]);
  rows.createIndex("inbox", "inbox");
  rows.createIndex("unread", "unread");
  database.createObjectStore("topics", { keyPath: "topic" });
  database.createObjectStore("receipts", { keyPath: "id" });
  database.createObjectStore("state");
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, SCHEMA);
    request.onupgradeneeded = () => createStores(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  // A connection that the browser closed (storage cleared, another version waiting) is opened anew the next time.
  const forget = () => (opening = null);
  opening.then((database) => {
    database.onversionchange = () => (database.close(), forget());
    database.onclose = forget;
  }, forget);
  return opening;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Do `work` in one transaction; resolves when it is on disk. `work` may only wait for requests of that transaction.
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(...stores: IDBObjectStore[]) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function transact(stores, mode, work) {
  const transaction = (await openDatabase()).transaction(stores, mode);
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  const result = work(...stores.map((name) => transaction.objectStore(name)));
  await finished;
  return result;
}

/**
 * Walk a cursor until `visit` returns false or it ends.
 * @param {IDBRequest<IDBCursorWithValue | null>} request
 * @param {(cursor: IDBCursorWithValue) => boolean | void} visit
 * @returns {Promise<void>}
 */
export function walk(request, visit) {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || visit(cursor) === false) resolve();
      else cursor.continue();
    };
  });
}
