// What a journey finds: the service, the people who open its page, and scripted writers. It knows no screen.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';

import { Writer } from './api.mjs';
import { Visitor } from './visitor.mjs';

export class Stage {
  #browser;
  #answers;

  constructor(browser, setting) {
    this.#browser = browser;
    this.setting = setting;
    this.visitors = [];
    this.api = this.writer('admin');
  }

  /** The link that the service printed when it was started last. */
  get link() {
    return `${this.setting.address}/#code=${this.setting.code}`;
  }

  /** Somebody with a browser profile of their own, at no page yet. */
  async visitor(options = {}) {
    const visitor = await Visitor.in(this.#browser, this.setting.address, options);
    this.visitors.push(visitor);
    return visitor;
  }

  /** Somebody who came by the printed link and sees the list. */
  async owner(options) {
    const visitor = await this.visitor(options);
    await visitor.open(this.link);
    await visitor.list.isShown();
    return visitor;
  }

  /** Somebody who signed in with one of the service's keys and sees the list. */
  async guest(key, options) {
    const visitor = await this.visitor(options);
    await visitor.open(`${this.setting.address}/`);
    await visitor.signIn.withKey(this.setting.keys[key]);
    await visitor.list.isShown();
    return visitor;
  }

  /** A program that uses the API with one of the service's keys. */
  writer(key) {
    return new Writer(this.setting.address, this.setting.keys[key]);
  }

  /** Ends the service; its address stays free for it. */
  async stop() {
    await this.#ask('stop');
  }

  async startAgain() {
    const { code } = await this.#ask({ start: this.setting.listen });
    this.setting.code = code;
  }

  /** What the service has logged since it was started. */
  async log() {
    return (await this.#ask('log')).log;
  }

  /** No page threw an error, broke its own policy or wrote an error into its console. */
  assertNothingWentWrongUnseen() {
    assert.deepEqual(this.visitors.flatMap(({ complaints }) => complaints), []);
  }

  async #ask(request) {
    this.#answers ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    console.log(JSON.stringify({ ask: request }));
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('nobody answers any more');
    return JSON.parse(value);
  }
}
