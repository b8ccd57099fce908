// Who changed a server last is known after a restart too, though no page saw it. Where another program has changed it
// nobody is named, and the page takes none of its older words for the newest state.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, gone, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';

export default async function (stage) {
  for (const name of ['mine', 'theirs', 'edited']) await stage.api.put(name, { command: name });
  const visitor = await stage.guest('admin');
  const { list, context } = visitor;
  for (const name of ['mine', 'theirs', 'edited']) {
    await list.enabled(name).click();
    await visible(list.row(name).getByText('by you'));
  }
  await context.setOffline(true);
  await stage.stop();
  await visible(visitor.unreachable);
  await stage.startAgain();
  await stage.writer('writer').patch('theirs', { description: 'changed unseen' });
  await stage.stop();
  const text = await readFile(stage.setting.document, 'utf8');
  await replaceDocument(stage.setting.document, text.replace(/("command": ?)"edited"/, '$1"edited by hand"'));
  await stage.startAgain();
  await context.setOffline(false);
  await gone(visitor.unreachable);
  await visible(list.row('theirs').getByText('changed unseen'));
  await visible(list.row('theirs').getByText('by writer'));
  await visible(list.row('edited').getByText('edited by hand'));
  await eventually(async () => assert.doesNotMatch(await list.row('edited').innerText(), / by (?!hand)/));
  // What is still as it was is still known.
  await visible(list.row('mine').getByText('by you'));
}
