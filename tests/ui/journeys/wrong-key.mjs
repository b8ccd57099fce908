// The service was started with a key that opens nothing: one banner says so and what to do, no row asks for what can't be
// taken, other edits keep what can't be read, and a new secret is refused with the reason.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await visible(visitor.alert('The stored secrets can\'t be read with the key of this service.').filter({ hasText: 'MCP_SETTINGS_SECRET_KEY' }));
  await visible(list.row('locked').getByText('1 secret, which this service cannot read'));
  assert.equal(await page.getByText(/re-ent|enter it again/i).count(), 0);
  await list.filter('Unreadable secrets').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['locked']));
  await list.filter('Unreadable secrets').click();
  await list.edit('locked');
  await editor.isShown('locked');
  await visible(editor.group('Environment').getByText('Can\'t be read with the key of this service'));
  assert.equal(await page.getByText(/re-entry|enter it again/i).count(), 0);

  await editor.fill({ Description: 'only words' });
  await editor.save.click();
  await visitor.seesToast('locked was saved');

  await editor.edit('TOKEN').click();
  await editor.cell('Environment', 'Value 1').fill('another');
  await editor.save.click();
  await visible(visitor.alert(/No configured key opens any encrypted value/).first());
  const { body } = await stage.api.send('GET', '/api/settings/mcp-servers/locked');
  assert.deepEqual(body.needs_reentry, ['/env/TOKEN']);
  assert.equal(body.config.description, 'only words');
}
