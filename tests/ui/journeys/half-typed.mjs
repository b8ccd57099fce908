// What a form holds and JSON can't, a name that is used twice or authentication that does not parse, is a draft like any
// other: it is not called saved, and no way out of the editor loses it.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('local', { command: 'local', env: { MODE: 'fast' } });
  await stage.api.put('remote', { url: 'https://remote.example/mcp' });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;

  await list.edit('local');
  await editor.isShown('local');
  await editor.addPair('Environment', 2, 'MODE', 'typed twice');
  await isDraftOfItsOwn(visitor, 'local');
  assert.equal(await editor.cell('Environment', 'Value 2').inputValue(), 'typed twice');
  await editor.cell('Environment', 'Name 2').fill('PACE');
  await editor.save.click();
  await eventually(async () => assert.deepEqual((await stage.api.plaintext('local')).env, { MODE: 'fast', PACE: 'typed twice' }));
  await editor.back.click();

  await list.edit('remote');
  await editor.isShown('remote');
  await editor.authentication.selectOption('Custom…');
  const typed = editor.field('Authentication as JSON');
  await typed.fill('{"strategy":"bea');
  await isDraftOfItsOwn(visitor, 'remote');
  assert.equal(await typed.inputValue(), '{"strategy":"bea');

  // Authentication that was repaired as JSON is what the form shows then, not the text from before.
  await editor.json.click();
  await editor.text.fill('{"url":"https://remote.example/mcp","auth":{"strategy":"none","note":"repaired"}}');
  await editor.form.click();
  await eventually(async () => assert.match(await typed.inputValue(), /repaired/));
  await editor.save.click();
  await visitor.seesToast('remote was saved');
  await gone(page.getByText('Not saved yet.'));
}

async function isDraftOfItsOwn({ list, editor, page }, name) {
  await visible(page.getByText('Not saved yet.'));
  await page.keyboard.press('Escape');
  await list.isShown();
  await visible(list.row(name).getByText('draft', { exact: true }));
  await list.edit(name);
  await editor.isShown(name);
}
