// Servers that a service really runs, for journeys: tests/servers/instance.py with what it is to do.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { eventually } from './claims.mjs';

const PYTHON = fileURLToPath(new URL('../../target/servers/python/bin/python3', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../servers/instance.py', import.meta.url));
const TOOLBOX = fileURLToPath(new URL('../servers/toolbox.py', import.meta.url));
const EVERYTHING = fileURLToPath(new URL('../../target/servers/node/node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url));

const START = 60_000;

/** The configuration of a program that does this. */
export function program(...words) {
  return { command: PYTHON, args: [SCRIPT, ...words] };
}

/** A server that people use. */
export function clock() {
  return { command: join(dirname(PYTHON), 'mcp-server-time'), args: ['--local-timezone=Europe/Zurich'] };
}

/** A server that has everything that a server can have. */
export function everything() {
  return { command: 'node', args: [EVERYTHING] };
}

/** Tools, resources and prompts that are worth a look: tests/servers/toolbox.py. They are others once there is a file. */
export class Toolbox {
  #other;

  constructor(stage) {
    this.#other = join(dirname(stage.setting.document), '..', 'other-tools');
  }

  get config() {
    return { command: PYTHON, args: [TOOLBOX, this.#other] };
  }

  async change() {
    await writeFile(this.#other, '');
  }

  async changeBack() {
    await rm(this.#other);
  }
}

/** A program that starts only while nothing is said to be broken. */
export class Breakable {
  #file;

  constructor(stage) {
    this.#file = join(dirname(stage.setting.document), '..', 'broken');
  }

  get config() {
    return { command: 'sh', args: ['-c', 'if test -e "$0"; then echo "no database" >&2; exit 3; fi; exec "$@"', this.#file, PYTHON, SCRIPT, 'say=listening'] };
  }

  async break() {
    await writeFile(this.#file, '');
  }

  async repair() {
    await rm(this.#file);
  }
}

/** Somebody who may run servers, at the API: what they write whole is approved. */
export class Operator {
  #writer;

  /** Once the service knows what is remembered: what is written before that is not approved. */
  static async of(stage) {
    const writer = stage.writer('operator');
    assert.equal((await writer.send('GET', '/api/instances/none/approval')).status, 404);
    return new Operator(writer);
  }

  constructor(writer) {
    this.#writer = writer;
  }

  /** Writes a server; with `policy` it is run as that says. */
  async put(name, config, policy) {
    await this.#writer.put(name, config);
    if (policy !== undefined) await this.run(name, policy);
  }

  /** Approves what a server would start, as somebody does who has looked at it. */
  async approve(name) {
    // Where the command is found in between, something else was shown, and is shown again.
    await eventually(async () => {
      const place = `/api/instances/${name}/approval`;
      const { body: { launch } } = await this.#writer.send('GET', place);
      assert.equal((await this.#writer.send('POST', place, { body: { launch } })).status, 200);
    });
  }

  /** Has a server run as this says. */
  async run(name, policy) {
    const answer = await this.#writer.send('PUT', `/api/instances/${name}/policy`, { body: policy });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  async call(name, tool, more = {}) {
    return this.#writer.send('POST', `/api/instances/${name}/tools/${tool}/call`, { body: { arguments: more } });
  }

  async shown(name) {
    return (await this.#writer.send('GET', `/api/instances/${name}`)).body;
  }

  /** Waits until an instance is in this state; what is shown of it then. */
  async once(name, state) {
    return eventually(async () => {
      const shown = await this.shown(name);
      assert.equal(shown.state, state);
      return shown;
    }, START);
  }
}
