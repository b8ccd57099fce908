// One person at one browser profile, with the page in its one tab, and all that the page said and asked for meanwhile.

import { Account } from './screens/account.mjs';
import { Conflict } from './screens/conflict.mjs';
import { Editor } from './screens/editor.mjs';
import { List } from './screens/list.mjs';
import { Offers } from './screens/offers.mjs';
import { Export } from './screens/export.mjs';
import { Import } from './screens/import.mjs';
import { Renaming } from './screens/rename.mjs';
import { Running } from './screens/running.mjs';
import { SignIn } from './screens/sign_in.mjs';
import { Testing } from './screens/testing.mjs';
import { Tools } from './screens/tools.mjs';
import { visible } from './claims.mjs';

// A browser logs every refused or failed request as an error; that the page deals with it is the journeys' business.
const EXPECTED = /^Failed to load resource/;

export class Visitor {
  static async in(browser, address, options) {
    const { without, ...chosen } = options;
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true, ...chosen });
    context.setDefaultTimeout(10_000);
    if (without !== undefined) await takeAway(context, without);
    return new Visitor(context, await context.newPage(), address);
  }

  constructor(context, page, address) {
    this.context = context;
    this.page = page;
    this.address = address;
    this.complaints = [];
    this.said = [];
    this.list = new List(page);
    this.editor = new Editor(page);
    this.conflict = new Conflict(page);
    this.importing = new Import(page);
    this.exporting = new Export(page);
    this.renaming = new Renaming(page);
    this.running = new Running(page);
    this.signIn = new SignIn(page);
    this.tools = new Tools(page);
    this.resources = new Offers(page, 'Resources');
    this.prompts = new Offers(page, 'Prompts');
    this.testing = new Testing(page);
    this.unreachable = this.alert('The service can\'t be reached. Your drafts are kept.');
    this.account = new Account(page);
    page.on('pageerror', (error) => this.complaints.push(`thrown: ${error.stack}`));
    page.on('console', (message) => {
      this.said.push(`${message.type()}: ${message.text()}`);
      const isComplaint = ['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text());
      if (isComplaint) this.complaints.push(message.text());
    });
  }

  async open(url) {
    await this.page.goto(url);
  }

  /** Goes to a place inside the page, as a typed address does. */
  async goTo(fragment) {
    await this.open(`${this.address}/${fragment}`);
  }

  /** The toast of a finished action. */
  async seesToast(text) {
    await visible(this.page.getByText(text, { exact: true }).first());
  }

  alert(text) {
    return this.page.getByRole('alert').filter({ hasText: text });
  }

  status(text) {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** The only dialog of this name. */
  dialog(name) {
    return this.page.getByRole('dialog', { name, exact: true });
  }
}

/** Takes headers away from the answers of the API, as something between the page and the service may do. */
async function takeAway(context, names) {
  // An answer is had as a whole here, and the stream has no end.
  const isConcerned = ({ pathname }) => pathname.includes('/api/') && !pathname.endsWith('/events');
  await context.route(isConcerned, async (route) => {
    const response = await route.fetch();
    const left = Object.entries(response.headers()).filter(([name]) => !names.includes(name));
    await route.fulfill({ response, headers: Object.fromEntries(left) });
  });
}
