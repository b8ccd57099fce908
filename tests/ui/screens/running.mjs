// The views on how one server runs, and the way to them.

import { settled, visible } from '../claims.mjs';

export class Running {
  #page;

  constructor(page) {
    this.#page = page;
    this.views = page.getByRole('navigation', { name: /^Views of / });
    this.back = page.getByRole('button', { name: 'Back', exact: true });
    this.status = page.getByRole('region', { name: 'Status', exact: true });
    this.log = page.getByRole('log');
    this.history = page.getByRole('region', { name: 'History', exact: true });
    this.approval = page.getByRole('region', { name: 'Approval', exact: true });
    this.approve = page.getByRole('button', { name: 'Approve', exact: true });
  }

  /** The link to a view: Configuration, Status, Log, History, Approval. */
  view(name) {
    return this.views.getByRole('link', { name, exact: true });
  }

  button(name) {
    return this.#page.getByRole('main').getByRole('button', { name, exact: true });
  }

  async isShown(name) {
    await visible(this.#page.getByRole('heading', { level: 1, name, exact: true }));
    await visible(this.views);
    await settled(this.#page);
  }

  /** What is said beside a title: Arguments, Calls. */
  fact(title) {
    return this.#page.locator('dl > div').filter({ has: this.#page.getByText(title, { exact: true }) }).locator('dd');
  }
}
