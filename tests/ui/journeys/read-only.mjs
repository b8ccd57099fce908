// A document of a future version is shown and not written.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { visible } from '../claims.mjs';

export default async function (stage) {
  const before = await readFile(stage.setting.document, 'utf8');
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  await visible(visitor.status('This document is read-only.'));
  await visible(list.row('future'));
  assert.equal(await list.enabled('future').count(), 0);
  assert.equal(await list.newServer.count(), 0);
  await list.edit('future');
  await visible(editor.heading('future'));
  await editor.fill({ Description: 'in vain' });
  await editor.save.click();
  await visible(visitor.alert(/read-only/));
  assert.equal(await readFile(stage.setting.document, 'utf8'), before);
}
