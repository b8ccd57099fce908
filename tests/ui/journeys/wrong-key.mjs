// The service was started with a key that opens nothing: the list says what is to be entered again, other edits keep
// what can't be read, and a new secret is refused with the reason.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await visible(list.row('locked').getByText(/1 needs re-entry/));
  await list.show.selectOption('Needs attention');
  await eventually(async () => assert.deepEqual(await list.names(), ['locked']));
  await list.show.selectOption('All');
  await list.edit('locked');
  await editor.isShown('locked');
  await visible(page.getByText(/can't be decrypted: enter it again/i).first());

  await editor.fill({ Description: 'only words' });
  await editor.save.click();
  await visitor.isTold('locked was saved');

  await editor.secret('TOKEN', 'Replace').check();
  await editor.cell('Environment', 'Value 1').fill('another');
  await editor.save.click();
  await visible(visitor.alert(/No configured key opens any encrypted value/));
  const { body } = await stage.api.send('GET', '/api/settings/mcp-servers/locked');
  assert.deepEqual(body.needs_reentry, ['/env/TOKEN']);
  assert.equal(body.config.description, 'only words');
}
