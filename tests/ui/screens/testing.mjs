// Testing what is in the editor: the buttons of its foot, and what came of the test.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

// A program may take this long to start on a busy machine.
const PATIENCE = 60_000;

export class Testing {
  constructor(page) {
    this.saveAndTest = page.getByRole('button', { name: 'Save and test', exact: true });
    this.test = page.getByRole('button', { name: 'Test', exact: true });
    this.cancel = page.getByRole('button', { name: 'Cancel the test', exact: true });
    this.panel = page.getByRole('region', { name: 'Test', exact: true });
    this.again = this.panel.getByRole('button', { name: 'Test again', exact: true });
    this.close = this.panel.getByRole('button', { name: 'Close the test', exact: true });
    this.tools = this.panel.locator('summary');
    this.stderr = this.panel.getByLabel('The last lines of its stderr', { exact: true });
  }

  async ends(text) {
    await this.panel.getByText(text).first().waitFor({ timeout: PATIENCE });
    assert.equal(await this.cancel.count(), 0);
  }

  /** What each stage came to: `["References ok", "Start of the program failed"]`, without times. */
  async stages() {
    const items = await this.panel.locator('.stage').evaluateAll((all) => all.map((item) => [...item.children].slice(0, 2).map(({ textContent }) => textContent).join(' ')));
    return items.map((text) => text.replace(/, [\d ms]+$/, ''));
  }

  /** What is said of the stage that failed. */
  said(text) {
    return visible(this.panel.locator('.stage-said').getByText(text).first());
  }
}
