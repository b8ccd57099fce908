// A reload keeps drafts, and what others did meanwhile is said of them. A draft with a typed secret is in memory only: no
// storage of the browser ever has the secret, and the reload ends that draft.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

const SECRET = 'typed-secret-4711';

export default async function (stage) {
  await stage.api.put('one', { command: 'one', env: { TOKEN: 'stored', LOG_LEVEL: 'debug' } });
  await stage.api.put('two', { command: 'two' });
  const visitor = await stage.owner();
  const { list, editor, conflict, page } = visitor;
  page.on('dialog', (dialog) => void dialog.accept());
  const stored = () => page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)) + JSON.stringify(Object.entries(localStorage)));

  await list.edit('one');
  await editor.fill({ Description: 'typed before', 'Timeout (seconds)': '1.50' });
  await editor.back.click();
  await list.newServer.click();
  await editor.fill({ Name: 'fresh', Command: 'npx' });
  await editor.back.click();
  await list.edit('two');
  await editor.fill({ Description: 'beside a secret' });
  await eventually(async () => assert.match(await stored(), /beside a secret/));
  await editor.addPair('Environment', 1, 'TOKEN', SECRET);
  await eventually(async () => assert.doesNotMatch(await stored(), /beside a secret/));
  assert.ok(!(await stored()).includes(SECRET));

  await stage.api.patch('one', { description: 'theirs' });
  await page.reload();
  await editor.isShown('two');
  assert.equal(await editor.field('Description').inputValue(), '');
  await editor.back.click();
  await visible(list.row('one').getByText('draft', { exact: true }));
  await gone(list.row('two').getByText('draft', { exact: true }));
  await page.getByRole('link', { name: 'fresh', exact: true }).click();
  assert.equal(await editor.field('Command').inputValue(), 'npx');
  await editor.save.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('fresh'), { command: 'npx' }));
  await editor.back.click();
  await list.edit('one');
  await visible(conflict.banner);
  assert.equal(await editor.field('Description').inputValue(), 'typed before');
  await page.reload();
  await editor.isShown('one');
  assert.equal(await editor.field('Timeout (seconds)').inputValue(), '1.50');

  // Signed out, the tab keeps the draft in memory, and the browser nothing.
  await visitor.account.open();
  await visitor.account.signOut.click();
  await visitor.signIn.isShown();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await visitor.signIn.withKey(stage.setting.keys.admin);
  await gone(visitor.signIn.heading);
  assert.equal(await editor.field('Description').inputValue(), 'typed before');
}
