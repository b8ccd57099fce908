// Where servers came from: a badge and a filter for those that were not configured here, and the servers of a file, which nobody
// changes here. It comes with the stream, and nothing asks for it.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('own', { command: 'own' });
  await stage.api.put('hidden', { command: 'hidden' });
  const visitor = await stage.visitor();
  await visitor.open(stage.link);
  const { list, page } = visitor;
  await list.isShown();
  const tag = (name, text) => list.row(name).locator('.tag').getByText(text, { exact: true });

  // The file has one that no stored server is called like, and one that hides a stored one.
  const fixed = page.getByRole('region', { name: 'Static servers', exact: true });
  await visible(fixed.getByText('from-the-file', { exact: true }));
  await visible(fixed.getByText('hides a stored server', { exact: true }));
  assert.equal(await fixed.getByRole('button').count() + (await fixed.getByRole('link').count()), 0);
  assert.ok(!(await fixed.textContent()).includes('s3cret'));
  await visible(tag('hidden', 'Static'));

  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const registered = await stage.api.send('POST', '/v1/mcp-servers', { body: { name: 'crm', url: 'https://crm.example/mcp' } });
  assert.equal(registered.status, 201, JSON.stringify(registered.body));
  const installed = await stage.api.send('POST', '/registry/mcp-servers', { body: { name: 'files', command: 'npx' } });
  assert.equal(installed.status, 201, JSON.stringify(installed.body));
  await visible(tag('crm', 'Registered'));
  await visible(tag('files', 'Catalog'));
  assert.equal(await list.row('own').locator('.tag').count(), 0);
  assert.ok(!asked.some((url) => url.includes('/api/origins') || url.includes('/v1/')), String(asked));

  await list.filter('Registered').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['crm']));
  await list.filter('Static').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['crm', 'hidden']));
  await assertAccessible(page, 'where servers came from');
  await list.filter('Registered').click();
  await list.filter('Static').click();
  await list.filter('Configured here').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['own']));
  await list.filter('Configured here').click();

  // What is not registered any more is gone.
  const removed = await stage.api.send('DELETE', '/v1/mcp-servers/crm');
  assert.equal(removed.body.deleted, true);
  await gone(list.row('crm'));
  await gone(list.filter('Registered'));
}
