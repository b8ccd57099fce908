// Every dialog begins on its first field, or on the button that does the least, and gives the focus back when it is closed.
// What is typed into it is typed, and does nothing else.

import assert from 'node:assert/strict';

import { gone, visible } from '../claims.mjs';
import { beginsWell, focusIsSomewhere, hasFocus } from '../focus.mjs';

export default async function (stage) {
  for (const name of ['alpha', 'beta', 'gamma']) await stage.api.put(name, { command: name, description: 'old', timeout: 1 });
  const visitor = await stage.visitor();
  const { list, editor, conflict, renaming, signIn, page } = visitor;
  await visitor.open(`${stage.setting.address}/`);
  await signIn.isShown();
  await hasFocus(page, signIn.key, 'signing in');
  await signIn.withKey(stage.setting.keys.admin);
  await list.isShown();
  const keys = page.keyboard;

  // Renaming by the keyboard alone: typed at once, with letters that are shortcuts elsewhere.
  const rename = async (name) => {
    await list.more(name).focus();
    await keys.press('Enter');
    await keys.press('ArrowDown');
    await keys.press('Enter');
  };
  await rename('beta');
  await keys.type('new-one');
  await visible(renaming.dialog);
  assert.equal(await renaming.name.inputValue(), 'new-one');
  await keys.press('Enter');
  await gone(renaming.dialog);
  await hasFocus(page, list.link('new-one'), 'after renaming');
  assert.deepEqual(await list.names(), ['alpha', 'gamma', 'new-one']);
  assert.match(page.url(), /\/(#\/)?$/);

  await rename('alpha');
  await beginsWell(page, renaming.dialog, renaming.name, 'renaming');
  await keys.press('Escape');
  await gone(renaming.dialog);
  await hasFocus(page, list.more('alpha'), 'after Escape');
  await rename('alpha');
  await renaming.dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  await hasFocus(page, list.more('alpha'), 'after Cancel');
  await rename('alpha');
  await renaming.dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await hasFocus(page, list.more('alpha'), 'after Close');

  const help = visitor.dialog('Keyboard shortcuts');
  await keys.press('?');
  await visible(help);
  await beginsWell(page, help, help.getByRole('button', { name: 'Done', exact: true }), 'help');
  await keys.press('Enter');
  await gone(help);
  await hasFocus(page, list.more('alpha'), 'after help');

  // In the editor: renaming, discarding, both sides of a conflict, overwriting.
  await list.edit('gamma');
  await editor.isShown('gamma');
  await editor.choose('Rename');
  await beginsWell(page, renaming.dialog, renaming.name, 'renaming in the editor');
  await keys.type('delta');
  await keys.press('Enter');
  await visible(editor.heading('delta'));
  await focusIsSomewhere(page, 'after renaming in the editor');
  await editor.fill({ Description: 'mine' });
  const discarding = visitor.dialog('Discard this draft?');
  await editor.discard.click();
  await beginsWell(page, discarding, discarding.getByRole('button', { name: 'Cancel', exact: true }), 'discarding');
  await keys.press('Enter');
  await gone(discarding);
  await hasFocus(page, editor.discard, 'after not discarding');

  await stage.api.patch('delta', { timeout: 2 });
  await visible(conflict.banner);
  await conflict.view.click();
  await beginsWell(page, conflict.dialog, conflict.cancel, 'a view of what does not overlap');
  await keys.press('Escape');
  await hasFocus(page, conflict.view, 'after looking');
  await stage.api.patch('delta', { description: 'theirs' });
  await editor.save.click();
  await beginsWell(page, conflict.dialog, conflict.dialog.getByRole('radio').first(), 'a conflict');
  await conflict.overwrite.click();
  await beginsWell(page, conflict.warning, conflict.warning.getByRole('button', { name: 'Cancel', exact: true }), 'overwriting');
  await keys.press('Enter');
  await gone(conflict.warning);
  await hasFocus(page, conflict.overwrite, 'after not overwriting');
  await conflict.choice('Description', 'Yours').check();
  await conflict.use.click();
  await gone(conflict.dialog);
  await focusIsSomewhere(page, 'after the choice');
  await editor.discard.click();
  await discarding.getByRole('button', { name: 'Discard', exact: true }).click();
  await list.isShown();
  await hasFocus(page, list.link('delta'), 'after discarding');
}
