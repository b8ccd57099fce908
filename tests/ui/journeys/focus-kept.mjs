// What is pressed may vanish: the focus goes on to what is near, and never falls to the body.

import assert from 'node:assert/strict';

import { gone, visible } from '../claims.mjs';
import { pasteInto } from '../fields.mjs';
import { focusIsSomewhere, focused, hasFocus } from '../focus.mjs';

export default async function (stage) {
  for (const name of ['alpha', 'beta', 'gamma']) await stage.api.put(name, { command: name });
  const visitor = await stage.owner();
  const { list, editor, conflict, importing, page } = visitor;
  const button = (name) => page.getByRole('button', { name, exact: true });
  const press = async (locator, what) => {
    await locator.focus();
    await page.keyboard.press('Enter');
    await focusIsSomewhere(page, what);
  };

  await list.search.fill('nothing like it');
  await press(button('Clear search and filters'), 'nothing was found');
  await hasFocus(page, list.search, 'nothing was found');

  // Somebody else removes what has the focus: its neighbour has it then, and in the end the heading.
  await list.link('beta').focus();
  await stage.api.remove('beta');
  await gone(list.row('beta'));
  await hasFocus(page, list.link('gamma'), 'removed elsewhere');
  await stage.api.remove('gamma');
  await hasFocus(page, list.link('alpha'), 'the last row was removed elsewhere');

  await list.edit('alpha');
  await editor.isShown('alpha');
  await editor.json.click();
  await editor.text.fill('{');
  await editor.form.click();
  await press(button('Discard JSON changes'), 'the JSON was dropped');
  await editor.json.click();
  await editor.text.fill('{');
  await editor.form.click();
  await press(button('Fix JSON'), 'the JSON is repaired');
  await hasFocus(page, editor.text, 'the JSON is repaired');
  await editor.text.fill('{"command":"alpha"}');
  await editor.form.click();

  await pasteInto(editor.field('Command'), 'npx -y two words');
  await press(button('Undo').first(), 'the paste was undone');
  await press(editor.group('Arguments').getByRole('button', { name: 'Add argument', exact: true }), 'a row');
  await press(button('Remove argument 1'), 'the row was removed');

  await editor.fill({ Description: 'mine' });
  await stage.api.remove('alpha');
  await visible(conflict.banner);
  await press(button('Save as new'), 'saved as new');
  await visitor.seesToast('alpha was saved');
  await focusIsSomewhere(page, 'saved as new');
  await press(button('Close: alpha was saved'), 'the message was closed');

  await editor.back.click();
  await list.import.click();
  await visible(importing.heading);
  await importing.text.fill('npx thing');
  await button('Clear the text').click();
  const undo = page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo', exact: true });
  await press(undo, 'clearing was undone');
  assert.notEqual(await focused(page), 'body');
  assert.equal(await importing.text.inputValue(), 'npx thing');
}
