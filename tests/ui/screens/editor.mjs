// The editor of one draft: the form's fields, the raw text, and what can be done with the server.

import { settled, visible } from '../claims.mjs';

export class Editor {
  #page;

  constructor(page) {
    this.#page = page;
    this.form = page.getByRole('tab', { name: 'Form', exact: true });
    this.json = page.getByRole('tab', { name: 'JSON', exact: true });
    this.text = page.getByLabel('Configuration as JSON', { exact: true });
    this.authentication = page.getByLabel('Authentication', { exact: true });
    this.save = page.getByRole('button', { name: 'Save', exact: true });
    this.discard = page.getByRole('button', { name: 'Discard draft', exact: true });
    this.back = page.getByRole('button', { name: 'Back', exact: true });
    this.problems = page.getByRole('alert').filter({ hasText: /\d+ problems?/ });
  }

  heading(name) {
    return this.#page.getByRole('heading', { level: 1, name, exact: true });
  }

  async isShown(name) {
    await visible(this.heading(name));
    await visible(this.save);
    await settled(this.#page);
  }

  field(label) {
    return this.#page.getByLabel(label, { exact: true });
  }

  async fill(fields) {
    for (const [label, value] of Object.entries(fields)) await this.field(label).fill(value);
  }

  transport(name) {
    return this.#page.getByRole('radiogroup', { name: 'Transport', exact: true })
      .getByRole('radio', { name, exact: true });
  }

  /** The rows under one legend: "Arguments", "Environment", "Headers". */
  group(legend) {
    return this.#page.getByRole('group', { name: legend, exact: true });
  }

  /** A row's field: "Argument 1", "Name 2", "Value 2". */
  cell(legend, label) {
    return this.group(legend).getByLabel(label, { exact: true });
  }

  /** Adds a row at the end and fills it. */
  async addArgument(number, value) {
    await this.group('Arguments').getByRole('button', { name: 'Add argument', exact: true }).click();
    await this.cell('Arguments', `Argument ${number}`).fill(value);
  }

  async addPair(legend, number, name, value) {
    const button = legend === 'Environment' ? 'Add variable' : 'Add header';
    await this.group(legend).getByRole('button', { name: button, exact: true }).click();
    await this.cell(legend, `Name ${number}`).fill(name);
    await this.cell(legend, `Value ${number}`).fill(value);
  }

  /** A stored secret: dots, or what is in their place. */
  secret(label) {
    return this.#page.getByRole('group', { name: `${label}: stored secret`, exact: true });
  }

  /** The dots of a stored secret that is kept. */
  dots(label) {
    return this.secret(label).getByText('••••••', { exact: true });
  }

  /** Begins to type another secret. */
  edit(label) {
    return this.#page.getByRole('button', { name: `Edit ${label}`, exact: true });
  }

  /** Goes back to what is stored. */
  keep(label) {
    return this.#page.getByRole('button', { name: `Keep stored value: ${label}`, exact: true });
  }

  more(label) {
    return this.#page.getByRole('button', { name: `More: ${label}`, exact: true });
  }

  /** Reveal, Copy or Remove. */
  async chooseOf(label, item) {
    await this.more(label).click();
    await this.item(item).click();
  }

  /** An item of the menu that is open. */
  item(name) {
    return this.#page.getByRole('menuitem', { name, exact: true });
  }

  reveal(label) {
    return this.chooseOf(label, 'Reveal');
  }

  revealed(label) {
    return this.field(`Stored value of ${label}`);
  }

  hide(label) {
    return this.#page.getByRole('button', { name: `Hide ${label}`, exact: true });
  }

  /** Takes the removal of a row back: "variable TOKEN"; of a secret that is in no row its label alone. */
  undo(what) {
    return this.#page.getByRole('button', { name: `Undo removing ${what}`, exact: true });
  }

  /** Chooses an item of the editor's menu. */
  async choose(item) {
    await this.#page.getByRole('button', { name: 'More', exact: true }).click();
    await this.#page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** The draft as its raw text shows it. */
  async rawText() {
    await this.json.click();
    return this.text.inputValue();
  }
}
