// Nothing moves under the pointer: what is cleared or removed keeps its place until it is saved, and the list does not move
// while the pointer is over it. Clicking twice at one place does one thing.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  const secrets = { A: 'first-secret', B: 'second-secret', C: 'third-secret' };
  await stage.api.put('vault', { command: 'vault', args: ['one', 'two', 'three'], env: secrets, 'x-keys': { A_TOKEN: 'x', B_TOKEN: 'y' } });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('vault');
  await editor.isShown('vault');

  const twice = async (locator, what, watched) => {
    await locator.scrollIntoViewIfNeeded();
    const before = await watched.boundingBox();
    const { x, y, width, height } = await locator.boundingBox();
    for (const _ of [1, 2]) await page.mouse.click(x + width / 2, y + height / 2);
    const after = await watched.boundingBox();
    assert.deepEqual([after.x, after.y], [before.x, before.y], `${what}: what is below has moved`);
    await page.mouse.dblclick(x + width / 2, y + height / 2);
    assert.deepEqual(await watched.boundingBox(), after, `${what}: what is below has moved`);
  };
  const draft = async () => {
    const text = await editor.rawText();
    await editor.form.click();
    return JSON.parse(text);
  };

  await editor.more('A').click();
  await twice(editor.item('Remove'), 'removing a secret', editor.edit('B'));
  assert.deepEqual(Object.keys((await draft()).env), ['B', 'C']);
  await editor.undo('variable A').click();
  assert.deepEqual(Object.keys((await draft()).env), ['A', 'B', 'C']);
  await twice(editor.edit('A'), 'editing a secret', editor.edit('B'));
  await editor.keep('A').click();
  await visible(editor.dots('A'));
  await editor.chooseOf('B', 'Remove');

  const removing = (name) => page.getByRole('button', { name, exact: true });
  await twice(removing('Remove argument 1'), 'removing a row', editor.group('Arguments').getByRole('button', { name: 'Add argument' }));
  assert.deepEqual((await draft()).args, ['two', 'three']);
  await removing('Undo removing argument one').click();
  assert.deepEqual((await draft()).args, ['one', 'two', 'three']);
  await removing('Remove argument 2').click();
  await editor.more('C').click();
  await twice(editor.item('Remove'), 'removing the last secret', editor.group('Environment').getByRole('button', { name: 'Add variable' }));
  assert.deepEqual(Object.keys((await draft()).env), ['A']);
  await editor.more('x-keys.A_TOKEN').click();
  await twice(editor.item('Remove'), 'another member', editor.edit('x-keys.B_TOKEN'));
  await editor.save.click();
  await visitor.seesToast('vault was saved');
  assert.deepEqual(await stage.api.plaintext('vault'), {
    command: 'vault', args: ['one', 'three'], env: { A: 'first-secret' }, 'x-keys': { B_TOKEN: 'y' },
  });
  await gone(editor.secret('B'));
  await editor.back.click();

  // The list: a row that no longer passes the filter, others' new and removed servers, the place of a menu.
  await stage.api.remove('vault');
  for (const name of ['b', 'c', 'd', 'e']) await stage.api.put(name, { command: name });
  await eventually(async () => assert.deepEqual(await list.names(), ['b', 'c', 'd', 'e']));
  await list.filter('Enabled').click();
  const below = await list.enabled('c').boundingBox();
  await list.enabled('b').hover();
  await list.enabled('b').click();
  await eventually(async () => assert.equal((await stage.api.plaintext('b')).enabled, false));
  await stage.api.put('a', { command: 'a' });
  await visible(list.row('a'));
  await stage.api.remove('d');
  await gone(list.enabled('d'));
  assert.deepEqual(await list.enabled('c').boundingBox(), below, 'a row has moved under the pointer');
  assert.deepEqual(await list.names(), ['b', 'c', 'e', 'a']);
  await list.heading.hover();
  await eventually(async () => assert.deepEqual(await list.names(), ['a', 'c', 'e']));

  // The item of a menu is gone with the first click of two; the second is meant for nothing below.
  await list.filter('Enabled').click();
  await list.more('a').click();
  await page.getByRole('menuitem', { name: 'Remove', exact: true }).dblclick();
  await visible(list.undo('a'));
  assert.match(page.url(), /#\/$/);
  await list.undo('a').click();
  const enabled = async () => (await stage.api.all()).map((server) => server.enabled);
  assert.deepEqual(await enabled(), [true, false, true, true]);
}
