// The dialog that writes servers for another client.

export class Export {
  constructor(page) {
    this.dialog = page.getByRole('dialog').filter({ has: page.getByRole('heading', { name: /^Export / }) });
    this.title = this.dialog.getByRole('heading', { level: 2 });
    this.client = this.dialog.getByLabel('Client', { exact: true });
    this.text = this.dialog.locator('.export-text');
    this.losses = this.dialog.getByRole('region', { name: /can't hold$/ }).getByRole('listitem');
    this.warning = this.dialog.getByRole('status').filter({ hasText: 'The text will hold the secrets in clear.' });
    this.writeInClear = this.dialog.getByRole('button', { name: 'Export the secrets', exact: true });
    this.copy = this.dialog.getByRole('button', { name: 'Copy', exact: true });
    this.save = this.dialog.getByRole('button', { name: 'Save as file', exact: true });
  }

  secrets(way) {
    return this.dialog.getByRole('radio', { name: way, exact: true });
  }
}
