// The document can be written, then not, then again, while somebody edits: the controls go and come back, and what was
// typed is kept with a word.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, gone, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const { document } = stage.setting;
  const good = await readFile(document, 'utf8');
  const [writer, onlooker] = [await stage.owner(), await stage.guest('admin')];
  const { list, editor, page } = writer;
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'typed before' });
  await visible(onlooker.list.newServer);

  await replaceDocument(document, JSON.stringify({
    schema_version: 7, agent_settings: { schema_version: 9, mcp_config: { one: { command: 'one' } } },
  }));
  for (const visitor of [writer, onlooker]) await visible(visitor.status('Read-only: written by a newer version of OpenHands.'));
  await gone(editor.save);
  await gone(editor.field('Description'));
  await visible(page.getByText('Your draft is kept', { exact: false }));
  await visible(editor.heading('one'));
  await gone(onlooker.list.newServer);
  assert.equal(await onlooker.list.enabled('one').count(), 0);
  assert.equal(await onlooker.list.more('one').count(), 0);
  const focus = () => page.evaluate(() => document.activeElement === document.body);
  await eventually(async () => assert.equal(await focus(), false, 'the focus is lost'));

  await replaceDocument(document, good);
  await visible(onlooker.list.newServer);
  await visible(onlooker.list.enabled('one'));
  await visible(editor.save);
  assert.equal(await editor.field('Description').inputValue(), 'typed before');
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('one')).description, 'typed before'));
}
