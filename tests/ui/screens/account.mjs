// The panel of the header that says who the reader is to the service: the theme and the way out are in it, too.

import { visible } from '../claims.mjs';

export class Account {
  constructor(page) {
    this.opener = page.getByRole('button', { name: /^Account: / });
    this.panel = page.getByRole('dialog', { name: 'Account', exact: true });
    this.theme = (name) => this.panel.getByRole('radio', { name, exact: true });
    this.signOut = this.panel.getByRole('button', { name: 'Sign out', exact: true });
  }

  async open() {
    await this.opener.click();
    await visible(this.panel);
  }

  /** What it says, by its titles. */
  async facts() {
    const rows = await this.panel.locator('dl > div').evaluateAll((all) => all.map((row) => [...row.children].map(({ textContent }) => textContent)));
    return Object.fromEntries(rows);
  }
}
