// A scripted writer: the API without a page.

import assert from 'node:assert/strict';

const SERVERS = '/api/settings/mcp-servers';

export class Writer {
  #address;
  #key;

  constructor(address, key) {
    this.#address = address;
    this.#key = key;
  }

  /** Any request, its body JSON or to be made so; the answer with its body as JSON, where it has one. */
  async send(method, path, { body, ...headers } = {}) {
    const answer = await fetch(`${this.#address}${path}`, {
      method,
      headers: {
        'X-Session-API-Key': this.#key,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, etag: answer.headers.get('etag'), body: text === '' ? null : JSON.parse(text) };
  }

  /** Creates or replaces a server, by a configuration or its text; its new tag. */
  async put(name, config) {
    return this.#written(await this.send('PUT', this.#item(name), { body: config }));
  }

  /** Merges into a server; its new tag. */
  async patch(name, patch) {
    return this.#written(await this.send('PATCH', this.#item(name), { body: patch }));
  }

  async remove(name) {
    const answer = await this.send('DELETE', this.#item(name));
    assert.equal(answer.status, 204, JSON.stringify(answer.body));
  }

  /** A server's configuration, secrets in clear; nothing if it does not exist. */
  async plaintext(name) {
    const answer = await this.send('GET', this.#item(name), { 'X-Expose-Secrets': 'plaintext' });
    if (answer.status === 404) return null;
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.config;
  }

  /** The names of all servers. */
  async names() {
    return (await this.all()).map(({ name }) => name);
  }

  /** All servers as the page lists them. */
  async all() {
    const answer = await this.send('GET', `${SERVERS}?view=full`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.servers;
  }

  #item(name) {
    return `${SERVERS}/${encodeURIComponent(name)}`;
  }

  #written(answer) {
    assert.ok(answer.status === 200 || answer.status === 201, `${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.etag;
  }
}
