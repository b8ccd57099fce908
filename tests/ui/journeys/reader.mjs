// A key that may only read: a refused write is said, and costs nothing that was typed.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.guest('reader');
  const { list, editor } = visitor;
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'in vain' });
  await editor.save.click();
  await visible(visitor.alert(/may not change servers/));
  assert.equal(await editor.field('Description').inputValue(), 'in vain');
  await editor.back.click();

  // What the page has learnt of the key it does not offer any more.
  await gone(list.enabled('one'));
  await gone(list.newServer);
  await visible(list.row('one').getByText('draft'));
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('one'), { command: 'one' }));
}
