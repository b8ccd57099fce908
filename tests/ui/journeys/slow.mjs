// What takes long is said while it lasts, and pressing again does nothing twice.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'takes long' });

  const held = [];
  await page.route('**/mcp-servers/one', (route) => {
    if (route.request().method() === 'PUT') held.push(route);
    else void route.continue();
  });
  await editor.save.click();
  await visible(visitor.status('Saving one'));
  await editor.save.click();
  await page.keyboard.press('ControlOrMeta+s');
  // What is typed while it lasts stays, and is not yet saved.
  await editor.fill({ 'Timeout (seconds)': '5' });
  assert.equal(held.length, 1);
  await held[0].continue();
  await visitor.seesToast('one was saved');
  await gone(visitor.status('Saving one'));
  assert.deepEqual(await stage.api.plaintext('one'), { command: 'one', description: 'takes long' });
  assert.equal(await editor.field('Timeout (seconds)').inputValue(), '5');
  await page.unroute('**/mcp-servers/one');
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('one')).timeout, 5));
}
