// The first start: the printed link leads in, nothing is there yet, and the code is nowhere any more.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { page, list } = visitor;
  await visible(list.empty);
  await visible(list.newServer.first());
  await visible(list.paste.first());

  const { code } = stage.setting;
  assert.ok(code.length > 8, 'there was a code');
  const session = await visitor.context.newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  assert.deepEqual(entries.filter(({ url }) => url.includes(code)), [], 'the code is in the history');
  assert.ok(!page.url().includes('code'), page.url());
  assert.ok(!(await page.content()).includes(code));

  // The code was good once: who has the link now has nothing.
  const other = await stage.visitor();
  await other.open(stage.link);
  await other.signIn.isShown();
  await other.signIn.withKey('not-a-key-at-all');
  await visible(other.signIn.refusal);
  await other.signIn.withKey(stage.setting.keys.reader);
  await visible(other.list.empty);
}
