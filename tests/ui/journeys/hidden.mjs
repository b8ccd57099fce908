// A tab that was hidden for long is in step again when it is shown; an offline one says so and catches up.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.visitor();
  const { page, list, context } = visitor;
  await page.addInitScript(() => {
    let isHidden = false;
    Object.defineProperty(document, 'hidden', { get: () => isHidden });
    Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
    globalThis.hide = (value) => {
      isHidden = value;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  });
  await page.clock.install();
  await visitor.open(stage.link);
  await visible(list.row('one'));

  await page.evaluate(() => globalThis.hide(true));
  await page.clock.runFor(65_000);
  await stage.api.put('two', { command: 'two' });
  // Its stream is closed: a browser has few connections to one host.
  await page.clock.runFor(2_000);
  assert.equal(await list.row('two').count(), 0);
  // Anyone who sees it all the same sees that it is old.
  await visible(visitor.status('This page was away.'));
  await page.evaluate(() => globalThis.hide(false));
  await visible(list.row('two'));
  await gone(visitor.status('This page was away.'));

  await context.setOffline(true);
  await page.clock.runFor(40_000);
  await visible(visitor.unreachable);
  await stage.api.remove('one');
  await context.setOffline(false);
  await page.clock.runFor(6_000);
  await gone(visitor.unreachable);
  await gone(list.row('one'));
  await eventually(async () => assert.deepEqual(await list.names(), ['two']));
}
