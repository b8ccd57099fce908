// A server gets another name, with its secrets, in one step; a taken name is refused where it was typed.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { focusIsSomewhere, hasFocus } from '../focus.mjs';

const CONFIG = { command: 'run', env: { TOKEN: 'moves-along' } };

export default async function (stage) {
  await stage.api.put('old', CONFIG);
  await stage.api.put('taken', { command: 'other' });
  const visitor = await stage.owner();
  const { list, editor, renaming, page } = visitor;
  await list.choose('old', 'Rename');
  for (const [name, reason] of [['not a name', /white space/i], ['taken', /already/]]) {
    await renaming.to(name);
    await visible(renaming.dialog.getByText(reason));
    assert.equal(await renaming.name.getAttribute('aria-invalid'), 'true');
  }
  assert.deepEqual(await stage.api.names(), ['old', 'taken']);
  await renaming.to('new');
  await gone(renaming.dialog);
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['new', 'taken']));
  assert.deepEqual(await stage.api.plaintext('new'), CONFIG);

  // The dialog stays with what was typed where somebody else removes or renames the server, and says so.
  const item = (name) => `/api/settings/mcp-servers/${name}`;
  await stage.api.put('leaving', { command: 'leaving' });
  await list.choose('leaving', 'Rename');
  await renaming.name.fill('typed-name');
  await stage.api.remove('leaving');
  await visible(renaming.dialog.getByRole('alert').filter({ hasText: 'leaving was removed meanwhile.' }));
  assert.equal(await renaming.name.inputValue(), 'typed-name');
  await hasFocus(page, renaming.name, 'the name that is being typed');
  await renaming.submit.click();
  await visible(renaming.dialog.getByText('No server has the old name any more.', { exact: true }));
  await assertAccessible(page, 'a name for a server that is gone');
  assert.deepEqual(await stage.api.names(), ['new', 'taken']);
  await page.keyboard.press('Escape');
  await gone(renaming.dialog);
  await focusIsSomewhere(page, 'after the dialog');
  await stage.api.put('moving', { command: 'moving' });
  await list.choose('moving', 'Duplicate');
  const copying = visitor.dialog('Duplicate moving');
  await copying.getByRole('textbox').fill('typed-copy');
  await stage.api.send('POST', `${item('moving')}/rename`, { body: { to: 'moved' } });
  await visible(copying.getByRole('alert').filter({ hasText: 'moving was renamed to moved meanwhile.' }));
  assert.equal(await copying.getByRole('textbox').inputValue(), 'typed-copy');
  // Its way out is that of every dialog: the way back of the browser, too.
  await list.isShown();
  await page.evaluate(() => { location.hash = '#/import'; });
  await gone(copying);
  await page.goBack();
  await list.isShown();
  await gone(copying);
  await stage.api.remove('moved');

  // Somebody else's editor follows.
  await visitor.goTo('#/servers/new');
  await editor.isShown('new');
  await stage.api.send('POST', '/api/settings/mcp-servers/new/rename', { body: { to: 'newest' } });
  await visible(page.getByText(/newest/).first());
}
