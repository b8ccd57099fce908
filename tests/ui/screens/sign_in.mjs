// Where a key is asked for.

import { visible } from '../claims.mjs';

export class SignIn {
  constructor(page) {
    this.heading = page.getByRole('heading', { name: 'Sign in', exact: true });
    this.key = page.getByLabel('API key', { exact: true });
    this.submit = page.getByRole('button', { name: 'Sign in', exact: true });
    this.refusal = page.getByRole('alert').filter({ hasText: 'This key was not accepted.' });
  }

  async isShown() {
    await visible(this.heading);
  }

  async withKey(key) {
    await this.key.fill(key);
    await this.submit.click();
  }
}
