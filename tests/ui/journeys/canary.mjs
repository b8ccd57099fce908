// A secret is typed, stored, kept through edits, a conflict, a renaming and a copy, and shown masked: nothing of the page
// ever lets it out.

import assert from 'node:assert/strict';

import { Canary } from '../canary.mjs';
import { eventually, visible } from '../claims.mjs';

const SECRET = 'canary-4f1d9c70b2';

export default async function (stage) {
  const visitor = await stage.visitor();
  const canary = await Canary.on(visitor, SECRET);
  await visitor.open(stage.link);
  const { list, editor, conflict } = visitor;
  await list.isShown();

  await list.newServer.first().click();
  await editor.isShown('Add server');
  await editor.fill({ Name: 'cage' });
  await editor.transport('stdio').check();
  await editor.fill({ Command: 'cage' });
  await editor.addPair('Environment', 1, 'TOKEN', SECRET);
  await editor.save.click();
  await visitor.seesToast('cage was saved');
  await canary.isSaved();
  await canary.assertSilent();

  await editor.fill({ Description: 'mine' });
  assert.match(await editor.rawText(), /REDACTED/);
  await stage.api.patch('cage', { description: 'theirs', timeout: 3 });
  await visible(conflict.banner);
  await editor.save.click();
  await conflict.choice('Description', 'Yours').check();
  await conflict.use.click();
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('cage')).description, 'mine'));
  await editor.back.click();

  await list.choose('cage', 'Rename');
  await visitor.renaming.to('aviary');
  await visible(list.row('aviary'));
  await list.choose('aviary', 'Duplicate');
  await visitor.dialog('Duplicate aviary').getByRole('button', { name: 'Duplicate', exact: true }).click();
  await visitor.seesToast('aviary was duplicated as aviary-copy');
  await list.edit('aviary-copy');
  await editor.isShown('aviary-copy');
  await editor.back.click();
  await list.enabled('aviary').click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('aviary'), {
    command: 'cage', env: { TOKEN: SECRET }, description: 'mine', timeout: 3, enabled: false,
  }));
  await canary.assertSilent();
  assert.doesNotMatch(await stage.log(), new RegExp(SECRET));
}
