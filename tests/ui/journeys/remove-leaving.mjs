// A removal that waits is sent when the tab is reloaded, closed or left for another address, once, and under the tag that the
// reader saw. Where the service can't be reached the browser asks.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  for (const name of ['a', 'b', 'c', 'd']) await stage.api.put(name, { command: name });
  const stored = async (...names) => eventually(async () => assert.deepEqual(await stage.api.names(), names));

  const reloading = await stage.owner();
  await reloading.list.choose('a', 'Remove');
  await reloading.list.choose('b', 'Remove');
  await visible(reloading.list.undo('b'));
  assert.deepEqual(await stage.api.names(), ['a', 'b', 'c', 'd']);
  await reloading.page.reload();
  await stored('c', 'd');

  const closing = await stage.guest('admin');
  await closing.list.choose('c', 'Remove');
  await visible(closing.list.undo('c'));
  await closing.page.close({ runBeforeUnload: true });
  await stored('d');

  // Left for another address, by a page that the stream does not reach.
  const late = await stage.guest('admin');
  await late.page.route('**/api/settings/events', (route) => route.abort());
  await late.list.choose('d', 'Remove');
  await late.page.goto('about:blank');
  await stored();

  await stage.api.put('e', { command: 'e' });
  const offline = await stage.guest('admin');
  await visible(offline.list.row('e'));
  await stage.stop();
  await visible(offline.unreachable);
  await offline.list.choose('e', 'Remove');
  await offline.list.row('e').hover();
  const asked = offline.page.waitForEvent('dialog');
  const reload = offline.page.reload().catch(() => {});
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await reload;
  await stage.startAgain();
  await visible(offline.list.undo('e'));
  await offline.list.undo('e').click();
  await stored('e');
}
