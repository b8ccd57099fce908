// The list of servers: its table, what can be done with a row, and the two ways to more.

import { settled, visible } from '../claims.mjs';

export class List {
  #page;

  constructor(page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { level: 1, name: 'MCP servers', exact: true });
    this.empty = page.getByRole('heading', { name: 'No servers yet', exact: true });
    this.table = page.getByRole('table', { name: 'Servers', exact: true });
    this.search = page.getByLabel('Search servers', { exact: true });
    this.bar = page.getByRole('region', { name: 'Selected servers', exact: true });
    this.selectAll = page.getByRole('checkbox', { name: 'Select all', exact: true });
    this.count = page.getByRole('search').getByRole('status');
    this.newServer = page.getByRole('button', { name: 'Add server', exact: true });
    this.import = page.getByRole('button', { name: 'Import', exact: true });
    this.export = page.getByRole('button', { name: 'Export…', exact: true });
  }

  /** The list is there with what the service first answered. */
  async isShown() {
    await visible(this.heading);
    await this.#page.waitForFunction(() => document.documentElement.dataset.ready === 'true');
    await settled(this.#page);
  }

  link(name) {
    return this.table.getByRole('link', { name, exact: true });
  }

  row(name) {
    return this.table.getByRole('row').filter({ has: this.#page.getByRole('link', { name, exact: true }) });
  }

  /** The way back of a removal. */
  undo(name) {
    return this.#page.getByRole('button', { name: `Undo: ${name}`, exact: true });
  }

  removeNow(name) {
    return this.#page.getByRole('button', { name: `Remove now: ${name}`, exact: true });
  }

  /** A filter; the number behind its name says how many it would show. */
  filter(name) {
    return this.#page.getByRole('search').getByRole('button', { name: new RegExp(`^${name} \\d+$`) });
  }

  select(name) {
    return this.#page.getByRole('checkbox', { name: `Select: ${name}`, exact: true });
  }

  /** A button of the bar for the selected servers. */
  bulk(name) {
    return this.bar.getByRole('button', { name, exact: true });
  }

  enabled(name) {
    return this.#page.getByRole('switch', { name: `Enabled: ${name}`, exact: true });
  }

  sortBy(column) {
    return this.table.getByRole('columnheader').getByRole('button', { name: column, exact: true });
  }

  /** How a server runs, as its row says it. */
  status(name) {
    return this.row(name).locator('.col-status');
  }

  /** The names in the order of the rows. */
  async names() {
    return this.table.locator('tbody a[data-server]').allTextContents();
  }

  more(name) {
    return this.#page.getByRole('button', { name: `More: ${name}`, exact: true });
  }

  /** Chooses an item of a row's menu. */
  async choose(name, item) {
    await this.more(name).click();
    await this.#page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async edit(name) {
    await this.link(name).click();
  }
}
