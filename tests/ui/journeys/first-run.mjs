// The first start: the printed link leads in, nothing is there yet, and the code is nowhere any more.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { page, list } = visitor;
  await visible(list.empty);
  await visible(list.newServer.first());
  await visible(list.import.first());

  const { code } = stage.setting;
  assert.ok(code.length > 8, 'there was a code');
  const session = await visitor.context.newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  assert.deepEqual(entries.filter(({ url }) => url.includes(code)), [], 'the code is in the history');
  assert.ok(!page.url().includes('code'), page.url());
  assert.ok(!(await page.content()).includes(code));

  // The look is the reader's choice, which the browser keeps.
  for (const scheme of ['Dark', 'Light']) {
    await visitor.account.open();
    await visitor.account.theme(scheme).check();
    await page.keyboard.press('Escape');
    const used = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(used, scheme.toLowerCase());
  }
  const kept = await page.evaluate(() => [Object.entries(localStorage), Object.keys(sessionStorage)]);
  const base = new URL(stage.setting.address).pathname.replace(/\/$/, '');
  assert.deepEqual(kept, [[['mcp-settings:theme', 'light']], [`mcp-settings:session:${base}`]]);
  await page.reload();
  await visible(list.empty);
  const used = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  assert.equal(used, 'light');

  // The code was good once: who has the link now has nothing.
  const other = await stage.visitor();
  await other.open(stage.link);
  await other.signIn.isShown();
  await other.signIn.withKey('not-a-key-at-all');
  await visible(other.signIn.refusal);
  await other.signIn.withKey(stage.setting.keys.reader);
  await visible(other.list.empty);
}
