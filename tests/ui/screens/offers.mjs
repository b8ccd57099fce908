// What one server offers, its tools, resources or prompts: the list, and one that is opened.

import { visible } from '../claims.mjs';

export class Offers {
  #page;

  /** `view`: Tools, Resources, Prompts. */
  constructor(page, view) {
    this.#page = page;
    this.region = page.getByRole('region', { name: view, exact: true });
    this.search = page.getByRole('searchbox', { name: `Search ${view.toLowerCase()}`, exact: true });
    this.count = this.region.locator('.list-count');
    this.refresh = this.region.getByRole('button', { name: 'List again', exact: true });
  }

  item(name) {
    return this.region.locator('.tool').filter({ has: this.#page.locator('.tool-opener > code').getByText(name, { exact: true }) });
  }

  opener(name) {
    return this.item(name).locator('.tool-opener');
  }

  async names() {
    return this.region.locator('.tool-opener > code').allTextContents();
  }

  /** What is said beside the name: its title, or what it is for. */
  what(name) {
    return this.item(name).locator('.tool-what');
  }

  async marks(name) {
    return this.item(name).locator('.tool-marks > *').allTextContents();
  }

  async open(name) {
    await this.opener(name).click();
    await visible(this.item(name).locator('.tool-body'));
  }

  /** What is said of it, as titles and texts. */
  async facts(name) {
    const rows = await this.item(name).locator('.others > div').evaluateAll((all) => all.map((row) => [...row.children].map(({ innerText }) => innerText.replace(/\s+/g, ' '))));
    return Object.fromEntries(rows);
  }
}
