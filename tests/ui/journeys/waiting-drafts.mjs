// A draft whose server is gone waits under its name: no other draft takes that name from it.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('gone', { command: 'gone' });
  await stage.api.put('other', { command: 'other' });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('gone');
  await editor.isShown('gone');
  await editor.fill({ Description: 'typed before it was removed' });
  await page.keyboard.press('Escape');
  await stage.api.remove('gone');
  await visible(page.getByRole('heading', { name: 'Unsaved drafts' }));

  await list.newServer.click();
  await editor.isShown('Add server');
  await editor.fill({ Name: 'gone', Command: 'another' });
  await editor.save.click();
  await visible(visitor.alert('A draft of this name is waiting'));
  assert.equal(await stage.api.plaintext('gone'), null);
  await editor.back.click();

  await list.edit('other');
  await editor.isShown('other');
  await editor.choose('Rename');
  await page.getByLabel('New name', { exact: true }).fill('gone');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await visible(page.getByText('A draft of this name is waiting', { exact: false }).first());
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await editor.back.click();

  await page.getByRole('navigation').getByRole('link', { name: 'gone', exact: true }).first().click();
  await eventually(async () => assert.equal(await editor.field('Description').inputValue(), 'typed before it was removed'));
}
