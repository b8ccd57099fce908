// The tools of one server: the list, one that is opened, and calling it.

import { Offers } from './offers.mjs';

export class Tools extends Offers {
  #page;

  constructor(page) {
    super(page, 'Tools');
    this.#page = page;
    this.drift = page.getByRole('region', { name: 'The tools differ from those that were accepted', exact: true });
    this.accept = page.getByRole('button', { name: 'Accept these tools', exact: true });
    this.pin = page.getByRole('switch', { name: 'Pin the tools', exact: true });
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
