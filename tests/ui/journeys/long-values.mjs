// Names and values of any length push nothing aside: what is pasted, both sides of a conflict, the words of the list.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  const long = 'long'.repeat(60);
  await stage.api.put('one', { url: 'https://one.example/mcp' });
  const visitor = await stage.owner();
  const { list, editor, conflict, importing, page } = visitor;

  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ URL: `https://one.example/${long}` });
  await stage.api.patch('one', { url: 'https://one.example/theirs' });
  await visible(conflict.banner);
  await conflict.merge.click();
  await visible(conflict.dialog);
  for (const side of ['Theirs', 'Yours']) {
    const label = conflict.dialog.locator('label').filter({ hasText: new RegExp(`^${side}$`) });
    const { height } = await label.boundingBox();
    assert.ok(height < 40, `"${side}" is broken into lines: it is ${height} px high`);
  }
  await conflict.cancel.click();
  await editor.back.click();

  await list.import.click();
  await importing.text.fill(JSON.stringify({ mcpServers: { [long]: { command: 'x' } } }));
  await visible(page.getByText(`${JSON.stringify(long)} in the text.`));
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await eventually(async () => assert.equal(await sideways(), 0));
}
