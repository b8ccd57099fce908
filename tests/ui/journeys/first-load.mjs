// The first load with two hundred servers: how much comes over the wire for the page itself, and how long it takes until
// the list can be used. What is only needed to edit comes at the reader's first move. The bound in time is ten times what
// `make bench` holds it to; sizes don't depend on the machine.

import assert from 'node:assert/strict';

import { eventually } from '../claims.mjs';

const BYTES = 60_000;
const INTERACTIVE_MS = 5_000;

export default async function (stage) {
  // At the very first start a session waits until the state store is made. Here the service runs already.
  const { body: { link } } = await stage.api.send('POST', '/api/session/links');
  const exchange = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code: new URL(link).hash.slice('#code='.length) }) };
  assert.equal((await fetch(`${stage.setting.address}/api/session`, exchange)).status, 200);
  const visitor = await stage.owner();
  await eventually(async () => assert.equal((await visitor.list.names()).length, 200));
  const folder = new URL(`${stage.setting.address}/`).pathname;
  const measured = await visitor.page.evaluate((folder) => {
    const [interactive] = performance.getEntriesByName('interactive');
    const parts = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map(({ name, encodedBodySize }) => ({ path: `/${new URL(name).pathname.slice(folder.length)}`, bytes: encodedBodySize }))
      .filter(({ path }) => !path.startsWith('/api/'));
    return { parts, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0), interactive_ms: interactive.startTime };
  }, folder);
  const paths = measured.parts.map(({ path }) => path);
  for (const path of ['/', '/app.js', '/app.css']) assert.ok(paths.includes(path), `${path} is not in ${paths}`);
  assert.ok(measured.parts.every(({ bytes }) => bytes > 0), JSON.stringify(measured.parts));
  assert.ok(measured.bytes < BYTES, JSON.stringify(measured));
  assert.ok(!paths.includes('/editing.js'), 'it is fetched for nobody');
  const rest = visitor.page.waitForResponse((answer) => new URL(answer.url()).pathname === `${folder}editing.js`);
  await visitor.page.mouse.move(200, 200);
  assert.equal((await rest).status(), 200);
  const [first, later] = await Promise.all(['app.js', 'editing.js'].map(async (name) => (await fetch(new URL(name, `${stage.setting.address}/`))).text()));
  for (const text of ['Save and test', 'Accept these tools', 'Arguments as JSON', 'As the server lists it']) assert.deepEqual([first.includes(text), later.includes(text)], [false, true], text);
  assert.ok(measured.interactive_ms < INTERACTIVE_MS, JSON.stringify(measured));
  return measured;
}
