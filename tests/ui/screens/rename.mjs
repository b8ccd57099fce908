// The dialog in which a server gets another name.

export class Renaming {
  constructor(page) {
    this.dialog = page.getByRole('dialog').filter({ hasText: /Rename/ });
    this.name = this.dialog.getByRole('textbox');
    this.submit = this.dialog.getByRole('button', { name: 'Rename', exact: true });
  }

  async to(name) {
    await this.name.fill(name);
    await this.submit.click();
  }
}
