// The server under an open draft is removed by somebody else: it is said at once, the draft can become a new server, and
// one that was renamed can be followed.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('leaving', { command: 'run', timeout: 5 });
  await stage.api.put('moving', { command: 'walk', timeout: 5 });
  const visitor = await stage.owner();
  const { list, editor, conflict, page } = visitor;
  await list.edit('leaving');
  await editor.isShown('leaving');
  await editor.fill({ Description: 'still wanted' });
  await stage.api.remove('leaving');
  await visible(conflict.banner.filter({ hasText: /This server was removed/ }));
  await page.getByRole('button', { name: 'Save as new', exact: true }).click();
  await eventually(async () => {
    if (await editor.save.isVisible()) await editor.save.click();
    assert.deepEqual(await stage.api.plaintext('leaving'), { command: 'run', timeout: 5, description: 'still wanted' });
  });

  await visitor.goTo('#/servers/moving');
  await editor.isShown('moving');
  await editor.fill({ Description: 'on its way' });
  await stage.api.send('POST', '/api/settings/mcp-servers/moving/rename', { body: { to: 'moved' } });
  await page.getByRole('button', { name: /follow/i }).click();
  await editor.isShown('moved');
  assert.equal(await editor.field('Description').inputValue(), 'on its way');
  // The draft follows at once; what it is a change of comes with an answer.
  await visible(visitor.conflict.merged);
  await editor.save.click();
  await visitor.seesToast('moved was saved');
  assert.equal((await stage.api.plaintext('moved')).description, 'on its way');
}
