// Kept secrets don't follow a server to another host or program: Keep is turned off, and the page says why.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('issues', { url: 'https://issues.example/mcp', headers: { 'X-Token': 'bound-secret' } });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('issues');
  await editor.isShown('issues');

  // Another path is the same destination.
  await editor.fill({ URL: 'https://issues.example/mcp/v2' });
  assert.ok(await editor.secret('X-Token', 'Keep').isEnabled());

  await editor.fill({ URL: 'https://elsewhere.example/mcp' });
  await eventually(async () => assert.ok(!await editor.secret('X-Token', 'Keep').isChecked()));
  await visible(page.getByText(/issues\.example/).first());
  await visible(page.getByText(/elsewhere\.example/).first());
  await editor.secret('X-Token', 'Replace').check();
  await editor.cell('Headers', 'Value 1').fill('sent-again');
  await editor.save.click();
  await visitor.seesToast('issues was saved');
  assert.deepEqual(await stage.api.plaintext('issues'), {
    url: 'https://elsewhere.example/mcp', headers: { 'X-Token': 'sent-again' },
  });
}
