// The text that servers are imported from, what was found in it, and what becomes of each.

import { settled, visible } from '../claims.mjs';

export class Import {
  #page;

  constructor(page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { name: 'Import servers', exact: true });
    this.text = page.getByLabel('Text', { exact: true });
    this.file = page.locator('input[type=file]');
    this.format = page.getByLabel('Format', { exact: true });
    this.goThere = page.getByRole('button', { name: 'Go there', exact: true });
    this.found = page.getByRole('list', { name: 'Found servers', exact: true });
    this.entries = this.found.locator('> li');
    this.refused = page.getByRole('list', { name: 'Can\'t be imported', exact: true }).getByRole('listitem');
    this.leaveOut = page.getByRole('checkbox', { name: /^Import the others without/ });
    this.submit = page.getByRole('button', { name: /^Import \d+ servers?$/ });
    this.said = page.locator('#import-said');
  }

  /** The entry of a server, by the name that is offered for it. */
  entry(name) {
    return this.found.getByRole('listitem', { name, exact: true });
  }

  choice(name, action) {
    return this.#page.getByRole('radiogroup', { name: `What to do with ${name}`, exact: true }).getByRole('radio', { name: action, exact: true });
  }

  newName(name) {
    return this.#page.getByLabel(`New name for ${name}`, { exact: true });
  }

  edit(name) {
    return this.#page.getByRole('button', { name: `Edit ${name}`, exact: true });
  }

  /** The rows of the difference: field, stored, text, result. */
  difference(name) {
    return this.#page.getByRole('table', { name: `How ${name} differs`, exact: true }).locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ innerText }) => innerText)));
  }

  /** The names in the order of the text. */
  names() {
    return this.entries.locator('h3').allTextContents();
  }

  /** Goes there by the address, and waits until what is there was read. */
  async open() {
    await this.#page.evaluate(() => { location.hash = '#/import'; });
    await visible(this.heading);
    await settled(this.#page);
    await this.isRead();
  }

  /** A text is put in, and what is in it was found: servers, or what is no server. */
  async read(text) {
    await visible(this.heading);
    await this.text.fill(text);
    await this.isRead();
  }

  /** What is shown is of the text that is there. */
  async isRead() {
    await this.#page.locator('.import-screen:not([aria-busy="true"])').waitFor();
  }

  async import(said) {
    await this.submit.click();
    await visible(this.said.getByText(said, { exact: true }));
  }
}
