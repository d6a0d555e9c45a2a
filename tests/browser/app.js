// What `app.py` looks at behind the app's screen: this browser's push subscription, and what the app remembers of it.
({
  state(mode, work) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open("pushbell");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const request = work(opening.result.transaction("state", mode).objectStore("state"));
        request.onerror = () => reject(request.error);
        request.transaction.oncomplete = () => (opening.result.close(), resolve(request.result));
      };
    });
  },

  recall(name) {
    return this.state("readonly", (state) => state.get(name));
  },

  forget(name) {
    return this.state("readwrite", (state) => state.delete(name));
  },

  async endpoint() {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.pushManager.getSubscription())?.endpoint;
  },

  async atServer(method) {
    const { id, secret } = await this.recall("device");
    return fetch(`/v1/devices/${id}`, { method, headers: { "X-Device-Secret": secret } });
  },

  async isMutedAtServer(topic) {
    const { topics } = await (await this.atServer("GET")).json();
    return topics[topic].muted_until > Date.now() / 1000;
  },

  // The server has this very subscription, and an answer to the first push that it sent there.
  async isRegistered(insteadOf) {
    const [endpoint, registered] = [await this.endpoint(), await this.recall("registered")];
    if (!endpoint || endpoint === insteadOf || registered?.endpoint !== endpoint) return false;
    const answer = await this.atServer("GET");
    return answer.ok && (await answer.json()).state === "active";
  },
})
