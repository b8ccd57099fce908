// A copy has everything but the secrets: these are to be entered, and the page says so.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('first', { command: 'run', args: ['-v'], env: { TOKEN: 'stays-behind' } });
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  await list.choose('first', 'Duplicate');
  await editor.isShown('New server');
  await editor.field('Name').fill('second');
  await editor.save.click();
  await visible(editor.problems);
  assert.deepEqual(await stage.api.names(), ['first']);
  await editor.cell('Environment', 'Value 1').fill('entered-again');
  await editor.save.click();
  await visitor.seesToast('second was saved');
  assert.deepEqual(await stage.api.plaintext('second'), { command: 'run', args: ['-v'], env: { TOKEN: 'entered-again' } });
  assert.equal((await stage.api.plaintext('first')).env.TOKEN, 'stays-behind');
}
