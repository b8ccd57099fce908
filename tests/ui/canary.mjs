// Watches one page for a text that it may never show, keep or receive: every state of its DOM, all values of fields that
// are not just typed in, all storage, its history, every byte that it is answered, its console.

import assert from 'node:assert/strict';

export class Canary {
  #visitor;
  #text;
  #session;
  #answers = [];
  #pending = [];
  #streams = new Set();

  static async on(visitor, text) {
    const canary = new Canary(visitor, text);
    await canary.#watch();
    return canary;
  }

  constructor(visitor, text) {
    this.#visitor = visitor;
    this.#text = text;
  }

  async #watch() {
    const { page, context } = this.#visitor;
    await page.addInitScript(watchDocument, this.#text);
    this.#session = await context.newCDPSession(page);
    await this.#session.send('Network.enable');
    page.on('response', (response) => {
      this.#answers.push({ what: response.url(), text: JSON.stringify(response.headers()) });
      if (response.headers()['content-type']?.startsWith('text/event-stream')) return;
      // A body that is gone with its page was never shown.
      const body = response.text().then((text) => this.#answers.push({ what: response.url(), text }), () => {});
      this.#pending.push(body);
    });
    // A stream has no end to wait for: its parts are read as they come.
    this.#session.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.mimeType !== 'text/event-stream') return;
      this.#streams.add(requestId);
      const soFar = this.#session.send('Network.streamResourceContent', { requestId });
      this.#pending.push(soFar.then(({ bufferedData }) => this.#addPart(bufferedData), () => {}));
    });
    this.#session.on('Network.dataReceived', ({ requestId, data }) => {
      if (this.#streams.has(requestId) && data !== undefined) this.#addPart(data);
    });
  }

  #addPart(data) {
    this.#answers.push({ what: 'the stream', text: Buffer.from(data, 'base64').toString() });
  }

  /** It was saved: from now on not even the field that it was typed into may hold it. */
  async isSaved() {
    await this.#visitor.page.evaluate(() => { globalThis.canarySeen.isSaved = true; });
  }

  /** Nothing has let it out so far. Something was watched, or the claim would be empty. */
  async assertSilent() {
    const { page, context, said } = this.#visitor;
    await Promise.all(this.#pending);
    const holds = (text) => text.includes(this.#text);
    const answers = this.#answers.filter(({ text }) => holds(text));
    assert.deepEqual(answers.map(({ what }) => what), [], 'an answer has it');
    assert.ok(this.#answers.some(({ what, text }) => what === 'the stream' && text.includes('event:')), 'no stream was read');
    assert.ok(this.#answers.some(({ text }) => text.includes('[REDACTED]')), 'no answer with a mask was read');
    assert.deepEqual(said.filter(holds), [], 'the console has it');

    const seen = await page.evaluate(() => globalThis.canarySeen);
    assert.ok(seen.states > 0, 'no state of the document was looked at');
    assert.deepEqual(seen.places, [], 'the document had it');
    const snapshot = await this.#session.send('DOMSnapshot.captureSnapshot', { computedStyles: [] });
    assert.ok(!holds(JSON.stringify(snapshot)), 'a snapshot of the document has it');

    const { entries } = await this.#session.send('Page.getNavigationHistory');
    const state = await page.evaluate(() => JSON.stringify(history.state) ?? '');
    assert.ok(!holds(JSON.stringify(entries) + state), 'the history has it');

    const kept = await page.evaluate(async () => ({
      local: Object.entries(localStorage), session: Object.keys(sessionStorage),
      databases: await indexedDB.databases(), caches: await caches.keys(), cookies: document.cookie,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    // The key of the session is kept, and nothing of the settings.
    const session = kept.session.filter((name) => !name.startsWith('mcp-settings:session:'));
    kept.session = session;
    const nothing = { local: [], session: [], databases: [], caches: [], cookies: '', workers: 0 };
    assert.deepEqual(kept, nothing, 'the page keeps something');
    assert.deepEqual(await context.cookies(), []);
  }
}

/** Runs in the page before anything else: looks at each state of the document. */
function watchDocument(text) {
  const seen = { states: 0, places: [], isSaved: false };
  const typedInto = new WeakSet();
  globalThis.canarySeen = seen;
  const look = () => {
    seen.states += 1;
    const place = [...document.querySelectorAll('*')].find((element) => {
      const own = [...element.attributes].map(({ value }) => value);
      const texts = [...element.childNodes].filter(({ nodeType }) => nodeType !== Node.ELEMENT_NODE);
      const isBeingTyped = typedInto.has(element) && !seen.isSaved;
      const typed = 'value' in element && !isBeingTyped ? [String(element.value)] : [];
      return [...own, ...texts.map(({ data }) => data ?? ''), ...typed].some((found) => found.includes(text));
    });
    if (place !== undefined) seen.places.push(place.outerHTML.slice(0, 200));
  };
  addEventListener('input', ({ target }) => {
    typedInto.add(target);
    look();
  }, true);
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}
