// Who changed a server last is said where it is known. A page that comes back from a service which has seen no change
// takes none of its older words for the newest state.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('mine', { command: 'mine' });
  await stage.api.put('theirs', { command: 'theirs' });
  const visitor = await stage.guest('admin');
  const { list, context } = visitor;
  for (const name of ['mine', 'theirs']) {
    await list.enabled(name).click();
    await visible(list.row(name).getByText('by you'));
  }
  await context.setOffline(true);
  await stage.stop();
  await visible(visitor.unreachable);
  await stage.startAgain();
  await stage.api.patch('theirs', { description: 'changed unseen' });
  await stage.stop();
  await stage.startAgain();
  await context.setOffline(false);
  await gone(visitor.unreachable);
  await visible(list.row('theirs').getByText('changed unseen'));
  await eventually(async () => assert.doesNotMatch(await list.row('theirs').innerText(), / by /));
  // What is still as it was is still known.
  await visible(list.row('mine').getByText('by you'));
}
