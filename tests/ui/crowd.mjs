// Scripted writers that create, change, rename, switch and delete servers of a few names, all at once. They remember
// when each commit was answered.

import { dice } from './dice.mjs';

const SERVERS = '/api/settings/mcp-servers';
const PAUSE = 40;

export class Crowd {
  #writers;
  #names;
  #marks = 0;
  /** Each commit that left a server: its tag, its mark where it has one, and when it was answered. */
  commits = [];

  constructor(writers, names) {
    this.#writers = writers;
    this.#names = names;
  }

  /** All write until the time is over. */
  async write(milliseconds, seed) {
    const end = Date.now() + milliseconds;
    await Promise.all(this.#writers.map(async (writer, index) => {
      const roll = dice(seed + index);
      while (Date.now() < end) {
        await this.#step(writer, roll);
        await new Promise((resolve) => setTimeout(resolve, PAUSE + roll(PAUSE)));
      }
    }));
  }

  /** One write of a mark that nobody disturbs. */
  async mark(writer, name) {
    await this.#put(writer, name);
    return `mark-${this.#marks}`;
  }

  async #step(writer, roll) {
    const name = this.#names[roll(this.#names.length)];
    const item = `${SERVERS}/${name}`;
    switch (roll(8)) {
      case 0: return this.#commit(writer, 'DELETE', item, {});
      case 1: return this.#commit(writer, 'POST', `${item}/rename`, { body: { to: this.#names[roll(this.#names.length)] } });
      case 2: case 3: return this.#commit(writer, 'PATCH', item, { body: { enabled: roll(2) === 0 } });
      default: return this.#put(writer, name);
    }
  }

  #put(writer, name) {
    this.#marks += 1;
    const mark = `mark-${this.#marks}`;
    const config = { command: 'run', args: [mark], env: { TOKEN: mark } };
    return this.#commit(writer, 'PUT', `${SERVERS}/${name}`, { body: config }, mark);
  }

  /** Refusals (no such server, a taken name) are part of the game; anything else is not. */
  async #commit(writer, method, path, options, mark) {
    const { status, etag, body } = await writer.send(method, path, options);
    const at = performance.timeOrigin + performance.now();
    if (status >= 300 && ![404, 409].includes(status)) throw new Error(`${status}: ${JSON.stringify(body)}`);
    if (status < 300 && etag !== null) this.commits.push({ tag: etag.replaceAll('"', ''), mark, at });
  }
}
