// A stored secret is kept, replaced and cleared without being shown.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('vault', { command: 'vault', env: { A: 'kept-secret', B: 'old-secret', C: 'gone-secret' } });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('vault');
  await editor.isShown('vault');
  await visible(editor.group('Environment').getByText('Set', { exact: true }).first());
  assert.ok(await editor.secret('A', 'Keep').isChecked());
  await editor.secret('B', 'Replace').check();
  await editor.cell('Environment', 'Value 2').fill('new-secret');
  await editor.secret('C', 'Clear').check();
  await editor.fill({ Description: 'edited' });
  assert.doesNotMatch(await page.content(), /kept-secret|old-secret|gone-secret/);
  await editor.save.click();
  await visitor.seesToast('vault was saved');
  assert.deepEqual(await stage.api.plaintext('vault'), {
    command: 'vault', env: { A: 'kept-secret', B: 'new-secret' }, description: 'edited',
  });
  // What was typed is as hidden now as any stored one.
  await visible(editor.secret('B', 'Keep'));
  assert.ok(await editor.secret('B', 'Keep').isChecked());
  assert.doesNotMatch(await page.content(), /new-secret/);
}
