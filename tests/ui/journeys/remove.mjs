// A removal waits for an undo, can be hastened, and is told when it is done. Undone, it leaves the server as it was.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  for (const name of ['one', 'three', 'two']) await stage.api.put(name, { command: name });
  const visitor = await stage.visitor();
  await visitor.page.clock.install();
  await visitor.open(stage.link);
  const { list, page } = visitor;
  await list.isShown();

  await list.choose('one', 'Remove');
  await visible(page.getByText('one will be removed').first());
  await list.undo.click();
  await gone(list.undo);
  await page.clock.fastForward(20_000);
  await visible(list.row('one'));
  assert.deepEqual(await stage.api.names(), ['one', 'three', 'two']);

  await list.choose('two', 'Remove');
  await list.removeNow.click();
  await visitor.isTold('two was removed');
  await gone(list.row('two'));
  assert.deepEqual(await stage.api.names(), ['one', 'three']);

  await list.choose('three', 'Remove');
  await visible(list.undo);
  await page.clock.fastForward(7_000);
  await visitor.isTold('three was removed');
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['one']));

  // Somebody changed it meanwhile: it is not removed unseen.
  await list.choose('one', 'Remove');
  await visible(list.undo);
  await stage.api.patch('one', { description: 'changed meanwhile' });
  await page.clock.fastForward(7_000);
  await visible(page.getByText(/changed/).first());
  assert.deepEqual(await stage.api.names(), ['one']);
}
