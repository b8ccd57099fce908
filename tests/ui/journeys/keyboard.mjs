// Adding, editing, settling a conflict, renaming, removing and undoing with the keyboard alone: no step of it touches the
// mouse.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { Keyboard } from '../keyboard.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, conflict, page } = visitor;
  const keys = new Keyboard(page);

  await visible(list.empty);
  await keys.press('?');
  const help = visitor.dialog('Keyboard shortcuts');
  await visible(help);
  await keys.press('Escape');
  await gone(help);

  await keys.press('n');
  await editor.isShown('Add server');
  await keys.typeInto(editor.field('Name'), 'typed');
  await keys.typeInto(editor.field('Command'), 'npx');
  await keys.choose(editor.group('Arguments').getByRole('button', { name: 'Add argument', exact: true }));
  await keys.typeInto(editor.cell('Arguments', 'Argument 1'), '-y');
  await keys.press('ControlOrMeta+s');
  await visitor.seesToast('typed was saved');
  assert.deepEqual(await stage.api.plaintext('typed'), { command: 'npx', args: ['-y'] });

  await keys.press('Escape');
  await list.isShown();
  await keys.press('/');
  await keys.type('typ');
  await keys.tabTo(list.link('typed'));
  await keys.press('e');
  await editor.isShown('typed');
  await keys.typeInto(editor.field('Description'), 'mine');
  await stage.api.patch('typed', { description: 'theirs' });
  await visible(conflict.banner);
  await keys.press('ControlOrMeta+s');
  await visible(conflict.dialog);
  await keys.press('Escape');
  await gone(conflict.dialog);
  assert.equal(await editor.field('Description').inputValue(), 'mine');

  await keys.press('ControlOrMeta+s');
  await visible(conflict.dialog);
  // One stop for the group, arrows inside it.
  const choices = conflict.dialog.getByRole('radiogroup', { name: 'Description', exact: true }).getByRole('radio');
  const inGroup = () => choices.evaluateAll((radios) => radios.includes(document.activeElement));
  for (let stops = 0; stops < 30 && !await inGroup(); stops += 1) await keys.press('Tab');
  assert.ok(await inGroup(), 'Tab leads to the choices');
  await keys.press('Space');
  for (let turns = 0; turns < 3 && !await conflict.choice('Description', 'Yours').isChecked(); turns += 1) {
    await keys.press('ArrowDown');
  }
  await keys.choose(conflict.use);
  await gone(conflict.dialog);
  await keys.press('ControlOrMeta+s');
  await eventually(async () => assert.equal((await stage.api.plaintext('typed')).description, 'mine'));

  await keys.press('Escape');
  await list.isShown();
  const choose = async (name, item) => {
    await keys.tabTo(list.more(name));
    await keys.press('Enter');
    const entry = page.getByRole('menuitem', { name: item, exact: true });
    const isThere = () => entry.evaluate((element) => element === document.activeElement);
    for (let steps = 0; steps < 10 && !await isThere(); steps += 1) await keys.press('ArrowDown');
    await keys.press('Enter');
  };
  await choose('typed', 'Rename');
  await keys.typeInto(visitor.dialog('Rename typed').getByLabel('New name'), 'typed-again');
  await keys.press('Enter');
  await visible(list.link('typed-again'));
  await gone(list.link('typed'));
  assert.equal((await stage.api.plaintext('typed-again')).description, 'mine');

  await choose('typed-again', 'Remove');
  await visible(list.undo('typed-again'));
  await keys.press('Enter');
  await gone(list.undo('typed-again'));
  await choose('typed-again', 'Remove');
  await visible(list.undo('typed-again'));
  await keys.press('Tab');
  await keys.press('Enter');
  await gone(list.row('typed-again'));
  assert.equal((await stage.api.send('GET', '/api/settings/mcp-servers/typed-again')).status, 404);
}
