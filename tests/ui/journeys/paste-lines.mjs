// A pasted .env file becomes rows, a pasted command line becomes command, arguments and variables; a pasted address or
// line becomes a draft.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { pasteInto } from '../fields.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, importing } = visitor;
  await list.newServer.first().click();
  await editor.isShown('Add server');
  await editor.field('Name').fill('lines');
  await editor.transport('stdio').check();
  await editor.fill({ Command: 'node' });
  await editor.group('Environment').getByRole('button', { name: 'Add variable', exact: true }).click();
  await pasteInto(editor.cell('Environment', 'Name 1'), '# of the team\nexport A=1\nB="two words"\nC=\'x=y\'\n');
  await eventually(async () => assert.equal(await editor.cell('Environment', 'Name 3').inputValue(), 'C'));
  await editor.group('Arguments').getByRole('button', { name: 'Add argument', exact: true }).click();
  await pasteInto(editor.cell('Arguments', 'Argument 1'), '--flag "one argument"\n--last');
  await eventually(async () => assert.equal(await editor.cell('Arguments', 'Argument 3').inputValue(), '--last'));
  await editor.save.click();
  await visitor.seesToast('lines was saved');
  assert.deepEqual(await stage.api.plaintext('lines'), {
    command: 'node', args: ['--flag', 'one argument', '--last'], env: { A: '1', B: 'two words', C: 'x=y' },
  });

  await visitor.goTo('#/import');
  await visible(importing.heading);
  await importing.text.fill('TOKEN=abc npx -y "@example/search" --limit 5');
  await visible(importing.entry('search'));
  await importing.import('1 server was imported.');
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('search'), {
    command: 'npx', args: ['-y', '@example/search', '--limit', '5'], env: { TOKEN: 'abc' },
  }));
}
