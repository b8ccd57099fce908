// A copy is made by the service: only a name is asked for, and its secrets are copied without being seen.

import assert from 'node:assert/strict';

import { gone, visible } from '../claims.mjs';
import { beginsWell, hasFocus } from '../focus.mjs';

const CONFIG = { command: 'run', args: ['-v'], env: { TOKEN: 'copied-secret' } };

export default async function (stage) {
  await stage.api.put('first', CONFIG);
  await stage.api.put('taken', { command: 'other' });
  const visitor = await stage.guest('writer');
  const { list, editor, page } = visitor;
  const dialog = visitor.dialog('Duplicate first');
  const name = dialog.getByRole('textbox');
  const button = dialog.getByRole('button', { name: 'Duplicate', exact: true });

  await list.choose('first', 'Duplicate');
  await beginsWell(page, dialog, name, 'duplicating');
  assert.equal(await name.inputValue(), 'first-copy');
  for (const [text, reason] of [['not a name', /white space/i], ['taken', /already/], ['first', /already/]]) {
    await name.fill(text);
    await button.click();
    await visible(dialog.getByText(reason));
  }
  assert.deepEqual(await stage.api.names(), ['first', 'taken']);
  await name.fill('second');
  await page.keyboard.press('Enter');
  await gone(dialog);
  await hasFocus(page, list.link('second'), 'after duplicating');
  assert.deepEqual(await stage.api.plaintext('second'), CONFIG);
  assert.deepEqual(await stage.api.plaintext('first'), CONFIG);
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Open', exact: true }).click();
  await editor.isShown('second');
  await visible(editor.dots('TOKEN'));

  // In the editor it copies what is stored, and says so; what was typed stays a draft of its own server.
  await editor.back.click();
  await list.edit('first');
  await editor.isShown('first');
  await editor.fill({ Description: 'not saved' });
  await editor.choose('Duplicate');
  await visible(dialog.getByText(/without your unsaved changes/));
  await name.fill('third');
  await button.click();
  await visitor.seesToast('first was duplicated as third');
  assert.deepEqual(await stage.api.plaintext('third'), CONFIG);
  assert.equal(await editor.field('Description').inputValue(), 'not saved');

  // Somebody else's change is looked at first.
  await editor.choose('Duplicate');
  await visible(dialog);
  await stage.api.patch('first', { timeout: 5 });
  await button.click();
  await visible(dialog.getByText(/Somebody else changed this server meanwhile/));
  await page.keyboard.press('Escape');
  await gone(dialog);
  assert.deepEqual(await stage.api.names(), ['first', 'second', 'taken', 'third']);
}
