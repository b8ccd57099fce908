// A program and people use the service through a proxy that compresses: first the API, whose links must lead back through
// the proxy and whose stream must not wait, then what everybody does with the page.

import assert from 'node:assert/strict';

import core from './core.mjs';

const SERVERS = '/api/settings/mcp-servers';

export default async function (stage) {
  await api(stage);
  await stage.api.remove('made');
  await core(stage);
}

async function api({ api, setting }) {
  const { address } = setting;
  const { origin, pathname } = new URL(`${address}/`);
  const base = pathname.slice(0, -1);
  const ask = (path, options = {}) => fetch(`${address}${path}`, {
    redirect: 'manual', ...options, headers: { 'X-Session-API-Key': setting.keys.admin, ...options.headers },
  });
  const change = (etag, patch) => api.send('PATCH', `${SERVERS}/made`, { body: patch, 'If-Match': etag });

  // Every link leads back to where it was asked for.
  const made = await ask(`${SERVERS}/made`, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ command: 'x', description: 'long '.repeat(400) }),
  });
  assert.equal(made.status, 201);
  const place = made.headers.get('location');
  assert.equal(new URL(place, made.url).href, `${address}${SERVERS}/made`);
  const slash = await ask(`${SERVERS}/made/?`);
  assert.equal(slash.status, 307);
  assert.equal(new URL(slash.headers.get('location'), slash.url).pathname, `${base}${SERVERS}/made`);
  await api.put('second', { command: 'y' });
  const page = await ask(`${SERVERS}?limit=1`);
  const [, next] = /<([^>]+)>; rel="next"/.exec(page.headers.get('link'));
  assert.deepEqual((await (await fetch(new URL(next, page.url), { headers: { 'X-Session-API-Key': setting.keys.reader } })).json()).servers.map(({ name }) => name), ['second']);
  await api.remove('second');
  const { servers } = await (await ask('/openapi.json')).json();
  assert.equal(new URL(servers[0].url, `${origin}/`).pathname.replace(/\/$/, ''), base);
  if (base !== '') {
    const bare = await fetch(address);
    assert.equal(bare.url, `${address}/`, 'the path without a slash leads to the page');
  }

  // The answer was compressed, and the tag of the body is good whatever became of the header.
  const shown = await ask(`${SERVERS}/made`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(shown.headers.get('content-encoding'), 'gzip', 'the proxy does what it is tried for');
  const { etag } = await shown.json();
  const header = shown.headers.get('etag');
  if (header !== null && header !== etag) {
    const refused = await change(header, { description: 'under the tag of the header' });
    assert.equal(refused.status, 412);
    assert.deepEqual([refused.body.etag_altered, refused.body.current_etag], [true, etag], header);
  }
  const changed = await change(etag, { description: 'under the tag of the body' });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  const stale = await change(etag, { description: 'too late' });
  assert.deepEqual([stale.status, stale.body.etag_altered, stale.body.current_etag], [412, undefined, changed.body.etag]);

  // What changes comes through at once.
  const opened = await ask('/api/settings/events');
  assert.equal(opened.status, 200);
  const reader = opened.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const hear = async (pattern) => {
    const silent = setTimeout(() => reader.cancel('nothing came'), 5_000);
    while (!pattern.test(text)) {
      const { done, value } = await reader.read();
      assert.ok(!done, `the stream said only: ${text}`);
      text += value;
    }
    clearTimeout(silent);
  };
  await hear(/event: opened\n.*\n\n/);
  const last = await change(changed.body.etag, { description: 'new' });
  await hear(/event: server\n.*\n\n/);
  assert.ok(text.includes(JSON.stringify(last.body.etag)), text);
  await reader.cancel();
}
