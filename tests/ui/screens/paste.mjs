// Pasted text and the drafts that were found in it.

export class Paste {
  #page;

  constructor(page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { name: 'Import servers', exact: true });
    this.text = page.getByLabel('Text', { exact: true });
    this.found = page.getByRole('list', { name: 'Found servers', exact: true });
    this.entries = this.found.locator('> li');
  }

  name(number) {
    return this.#page.getByLabel(`Name of entry ${number}`, { exact: true });
  }

  add(name) {
    return this.#page.getByRole('checkbox', { name: `Add ${name}`, exact: true });
  }

  save(count) {
    const name = `Save ${count} ${count === 1 ? 'server' : 'servers'}`;
    return this.#page.getByRole('button', { name, exact: true });
  }
}
