// An edit in the form and in the raw text of one draft: both show the same, unknown members stay, and a text that
// is no JSON yet is kept as typed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('notes', '{"command":"uvx","args":["notes","--fast"],"timeout":30,"x-team":{"pages":1.50}}');
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  await list.edit('notes');
  await editor.isShown('notes');

  await editor.fill({ Description: 'Notes of the team' });
  await editor.cell('Arguments', 'Argument 2').fill('--slow');
  const text = await editor.rawText();
  assert.match(text, /"description": "Notes of the team"/);
  assert.match(text, /"--slow"/);
  assert.match(text, /"x-team"/);

  await editor.text.fill(text.replace('"uvx"', '"uvx').replace('30', '45.0'));
  await editor.form.click();
  await visible(visitor.page.getByText(/line \d+/i).first());
  await editor.json.click();
  assert.match(await editor.text.inputValue(), /"uvx,/);
  await editor.text.fill(text.replace('30', '45.0'));
  await editor.form.click();
  await eventually(async () => assert.equal(await editor.field('Timeout (seconds)').inputValue(), '45.0'));
  await editor.save.click();
  await visitor.seesToast('notes was saved');

  const stored = await stage.api.plaintext('notes');
  assert.deepEqual(stored, {
    command: 'uvx', args: ['notes', '--slow'], timeout: 45, description: 'Notes of the team',
    'x-team': { pages: 1.5 },
  });
  // The spelling of numbers is the writer's, not JavaScript's.
  assert.match(await readFile(stage.setting.document, 'utf8'), /"timeout": ?45\.0[^]*"pages": ?1\.50/);
}
