// Somebody else saved: the banner, the choices, and the explained way to overwrite.

export class Conflict {
  constructor(page) {
    this.banner = page.getByRole('status').filter({ hasText: /was changed|were changed|was removed/ });
    this.view = this.banner.getByRole('button', { name: 'View', exact: true });
    this.merge = this.banner.getByRole('button', { name: 'Merge', exact: true });
    this.merged = page.getByRole('status').filter({ hasText: 'Merged: your changes and theirs don\'t overlap.' });
    this.dialog = page.getByRole('dialog', { name: 'Somebody else changed this server', exact: true });
    this.table = this.dialog.getByRole('table');
    this.use = this.dialog.getByRole('button', { name: 'Use these choices', exact: true });
    this.overwrite = this.dialog.getByRole('button', { name: 'Overwrite…', exact: true });
    this.cancel = this.dialog.getByRole('button', { name: 'Cancel', exact: true });
    this.warning = page.getByRole('dialog', { name: 'Overwrite their changes?', exact: true });
    this.overwriteNow = this.warning.getByRole('button', { name: 'Overwrite', exact: true });
  }

  /** The choice for one member: Theirs or Yours. */
  choice(field, side) {
    return this.dialog.getByRole('radiogroup', { name: field, exact: true })
      .getByRole('radio', { name: side, exact: true });
  }
}
