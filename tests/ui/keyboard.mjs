// Hands that have no mouse: from stop to stop with Tab, each of them to be seen.

import assert from 'node:assert/strict';

import { settled } from './claims.mjs';

const FAR = 120;

export class Keyboard {
  #page;

  constructor(page) {
    this.#page = page;
  }

  press(key) {
    return this.#page.keyboard.press(key);
  }

  type(text) {
    return this.#page.keyboard.type(text);
  }

  /** Goes on with Tab until this has the focus; every stop on the way shows that it has it. */
  async tabTo(target) {
    await target.waitFor({ state: 'attached' });
    await settled(this.#page);
    for (let stops = 0; stops < FAR; stops += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.press('Tab');
      const lost = await this.#page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return null;
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        const isSeen = element.matches(':focus-visible') && (outlineStyle !== 'none' || boxShadow !== 'none');
        return isSeen ? null : element.outerHTML.slice(0, 160);
      });
      assert.equal(lost, null, 'the focus can\'t be seen');
    }
    assert.fail(`Tab does not lead to ${target}`);
  }

  async typeInto(target, text) {
    await this.tabTo(target);
    await this.press('ControlOrMeta+a');
    await this.type(text);
  }

  async choose(target, key = 'Enter') {
    await this.tabTo(target);
    await this.press(key);
  }
}
