// Three edit one server: two people and a script. Changes that don't overlap are merged at once and said so; none is
// lost.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('issues', { url: 'https://issues.example/mcp', timeout: 30, headers: { 'X-Token': 's3cret' } });
  const [anna, bert] = [await stage.owner(), await stage.guest('revealer')];
  for (const visitor of [anna, bert]) {
    await visitor.list.edit('issues');
    await visitor.editor.isShown('issues');
  }
  await anna.editor.fill({ Description: 'Anna\'s words' });
  await bert.editor.fill({ 'Timeout (seconds)': '60' });

  // Bert saves: Anna sees it at once, who did it and what it was about.
  await bert.editor.save.click();
  await bert.seesToast('issues was saved');
  await visible(anna.conflict.banner.filter({ hasText: /Timeout.* was changed .*by revealer/ }));

  // A script writes too, before she has done anything about it.
  await stage.writer('writer').patch('issues', { keep_alive: true });
  await visible(anna.conflict.banner.filter({ hasText: /were changed/ }));
  await anna.conflict.merge.click();
  await visible(anna.conflict.merged);
  await gone(anna.conflict.banner);
  assert.equal(await anna.editor.field('Timeout (seconds)').inputValue(), '60');
  assert.equal(await anna.editor.field('Description').inputValue(), 'Anna\'s words');

  // The next one comes while she saves without looking: the refusal is merged in the same way.
  await bert.editor.fill({ 'Read timeout (seconds)': '90' });
  await bert.editor.save.click();
  await visible(bert.conflict.merged);
  await bert.editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('issues')).sse_read_timeout, 90));
  await anna.editor.save.click();
  await visible(anna.conflict.merged);
  await anna.editor.save.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('issues'), {
    url: 'https://issues.example/mcp', timeout: 60, headers: { 'X-Token': 's3cret' },
    keep_alive: true, sse_read_timeout: 90, description: 'Anna\'s words',
  }));
}
