// A server gets another name, with its secrets, in one step; a taken name is refused where it was typed.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

const CONFIG = { command: 'run', env: { TOKEN: 'moves-along' } };

export default async function (stage) {
  await stage.api.put('old', CONFIG);
  await stage.api.put('taken', { command: 'other' });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.choose('old', 'Rename');
  const dialog = page.getByRole('dialog').filter({ hasText: /Rename/ });
  const name = dialog.getByRole('textbox');
  const rename = dialog.getByRole('button', { name: 'Rename', exact: true });
  await name.fill('not a name');
  await rename.click();
  await eventually(async () => assert.equal(await name.getAttribute('aria-invalid'), 'true'));
  await name.fill('taken');
  await rename.click();
  await eventually(async () => assert.equal(await name.getAttribute('aria-invalid'), 'true'));
  assert.deepEqual(await stage.api.names(), ['old', 'taken']);
  await name.fill('new');
  await rename.click();
  await gone(dialog);
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['new', 'taken']));
  assert.deepEqual(await stage.api.plaintext('new'), CONFIG);

  // Somebody else's editor follows.
  await visitor.goTo('#/servers/new');
  await editor.isShown('new');
  await stage.api.send('POST', '/api/settings/mcp-servers/new/rename', { body: { to: 'newest' } });
  await visible(page.getByText(/newest/).first());
}
