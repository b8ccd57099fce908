// Overwriting what somebody else saved is a step of its own that says what is lost, and can be left again.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('db', { command: 'db', description: 'old', timeout: 10 });
  const visitor = await stage.owner();
  const { list, editor, conflict } = visitor;
  await list.edit('db');
  await editor.isShown('db');
  await editor.fill({ Description: 'mine' });
  await stage.api.patch('db', { description: 'theirs', keep_alive: true });
  await visible(conflict.banner);
  await editor.save.click();
  await conflict.overwrite.click();
  await visible(conflict.warning);
  await visible(conflict.warning.getByText(/Description/).first());
  await visible(conflict.warning.getByText(/Keep alive/).first());
  await conflict.warning.getByRole('button', { name: 'Cancel', exact: true }).click();
  await gone(conflict.warning);
  assert.equal((await stage.api.plaintext('db')).description, 'theirs');

  if (!await conflict.dialog.isVisible()) await editor.save.click();
  await conflict.overwrite.click();
  await conflict.overwriteNow.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('db'), {
    command: 'db', description: 'mine', timeout: 10,
  }));
  await gone(conflict.dialog);
}
