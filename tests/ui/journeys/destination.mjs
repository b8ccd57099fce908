// Kept secrets don't follow a server to another host or program: they are to be entered again, and the page says why.

import assert from 'node:assert/strict';

import { gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('issues', { url: 'https://issues.example/mcp', headers: { 'X-Token': 'bound-secret' } });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('issues');
  await editor.isShown('issues');

  // Another path is the same destination.
  await editor.fill({ URL: 'https://issues.example/mcp/v2' });
  await visible(editor.dots('X-Token'));

  await editor.fill({ URL: 'https://elsewhere.example/mcp' });
  await gone(editor.dots('X-Token'));
  await visible(editor.secret('X-Token').getByText('Must be entered again', { exact: true }));
  await visible(page.getByText(/issues\.example/).first());
  await visible(page.getByText(/elsewhere\.example/).first());
  await editor.edit('X-Token').click();
  await gone(editor.keep('X-Token'));
  await editor.cell('Headers', 'Value 1').fill('sent-again');
  await editor.save.click();
  await visitor.seesToast('issues was saved');
  assert.deepEqual(await stage.api.plaintext('issues'), {
    url: 'https://elsewhere.example/mcp', headers: { 'X-Token': 'sent-again' },
  });
}
