// The document breaks under an open page, and is repaired: both are said at once, and a draft outlives it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, gone, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const { document } = stage.setting;
  const good = await readFile(document, 'utf8');
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'typed meanwhile' });

  await replaceDocument(document, good.slice(0, -20));
  const { body: problem } = await stage.api.send('GET', '/api/settings/mcp-servers');
  assert.equal(problem.status, 503);
  await visible(visitor.alert(problem.title));
  assert.equal(await editor.field('Description').inputValue(), 'typed meanwhile');
  // Who comes now sees why there is nothing.
  const late = await stage.visitor();
  await late.open(`${stage.setting.address}/`);
  await late.signIn.withKey(stage.setting.keys.admin);
  await visible(late.alert(problem.title));

  await replaceDocument(document, good);
  await gone(visitor.alert(problem.title));
  await gone(late.alert(problem.title));
  await visible(late.list.row('one'));
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('one')).description, 'typed meanwhile'));
}
