// The tools of one server: the list, one that is opened, and calling it.

import { visible } from '../claims.mjs';

export class Tools {
  #page;

  constructor(page) {
    this.#page = page;
    this.region = page.getByRole('region', { name: 'Tools', exact: true });
    this.search = page.getByRole('searchbox', { name: 'Search tools', exact: true });
    this.count = this.region.locator('.list-count');
    this.refresh = page.getByRole('button', { name: 'List again', exact: true });
    this.drift = page.getByRole('region', { name: 'The tools differ from those that were accepted', exact: true });
    this.accept = page.getByRole('button', { name: 'Accept these tools', exact: true });
    this.pin = page.getByRole('switch', { name: 'Pin the tools', exact: true });
  }

  item(tool) {
    return this.region.locator('.tool').filter({ has: this.#page.locator('.tool-opener > code').getByText(tool, { exact: true }) });
  }

  opener(tool) {
    return this.item(tool).locator('.tool-opener');
  }

  async names() {
    return this.region.locator('.tool-opener > code').allTextContents();
  }

  /** What marks a tool in the list: read-only, denied, held back, new. */
  async marks(tool) {
    return this.item(tool).locator('.tool-marks > *').allTextContents();
  }

  async open(tool) {
    await this.opener(tool).click();
    await visible(this.item(tool).locator('.tool-body'));
  }

  allow(tool) {
    return this.#page.getByRole('button', { name: `Allow ${tool}`, exact: true });
  }

  deny(tool) {
    return this.#page.getByRole('button', { name: `Deny ${tool}`, exact: true });
  }

  /** The row of an argument, as text. */
  argument(tool, name) {
    return this.item(tool).locator('.arguments > div').filter({ has: this.#page.locator('dt').getByText(name, { exact: true }) });
  }

  trying(tool) {
    return this.#page.getByRole('form', { name: `Try ${tool}`, exact: true });
  }

  field(tool, label) {
    return this.trying(tool).getByLabel(label, { exact: true });
  }

  button(tool, name) {
    return this.trying(tool).getByRole('button', { name, exact: true });
  }

  call(tool) {
    return this.button(tool, 'Call');
  }

  result(tool) {
    return this.#page.getByRole('region', { name: `Result of ${tool}`, exact: true });
  }
}
