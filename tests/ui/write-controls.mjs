// Watches one page for controls that write: in no state of its document may one be there. It sees what the page shows
// for the blink of an eye, too.

import assert from 'node:assert/strict';

export class WriteControls {
  #page;
  #writes = [];

  static async watchedOn(visitor) {
    const controls = new WriteControls(visitor.page);
    await visitor.page.addInitScript(watch);
    return controls;
  }

  constructor(page) {
    this.#page = page;
    page.on('request', (request) => {
      const isWrite = !['GET', 'HEAD'].includes(request.method()) && !request.url().endsWith('/api/session');
      if (isWrite) this.#writes.push(`${request.method()} ${request.url()}`);
    });
  }

  /** None was there so far, and none was tried. Something was watched, or the claim would be empty. */
  async assertNoneSoFar(what) {
    const { states, found } = await this.#page.evaluate(() => globalThis.writeControls);
    assert.ok(states > 0, 'no state of the document was looked at');
    assert.deepEqual(found, [], what);
    assert.deepEqual(this.#writes, [], what);
  }
}

/** Runs in the page before anything else. */
function watch() {
  const WORDS = /\b(new server|add|paste|import|save|discard|remove|rename|duplicate|replace|clear|keep|undo|merge|overwrite|edit)\b/i;
  const seen = { states: 0, found: [] };
  globalThis.writeControls = seen;
  const isField = (element) => element.matches('textarea, input, select') && !element.readOnly
    && !element.matches('[type=search]');
  const isWriteControl = (element) => {
    if (element.closest('dialog') !== null) return false;
    if (element.matches('[role=switch]') || (element.closest('main') !== null && isField(element))) return true;
    const name = `${element.getAttribute('aria-label') ?? ''} ${element.textContent}`;
    return element.matches('button, [role=menuitem]') && WORDS.test(name) && !element.matches('[role=columnheader] *');
  };
  const look = () => {
    seen.states += 1;
    for (const element of document.querySelectorAll('button, [role=switch], [role=menuitem], input, textarea, select')) {
      if (isWriteControl(element) && seen.found.length < 10) seen.found.push(element.outerHTML.slice(0, 200));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}
