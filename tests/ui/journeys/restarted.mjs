// The service is restarted under an open draft: it is said, the draft survives, and saving works again by itself, with a
// configured key as with a session.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('kept', { command: 'kept', timeout: 5 });
  const [owner, guest] = [await stage.owner(), await stage.guest('admin')];
  for (const visitor of [owner, guest]) {
    await visitor.list.edit('kept');
    await visitor.editor.isShown('kept');
  }
  await owner.editor.fill({ Description: 'typed before the restart' });
  await guest.editor.fill({ 'Timeout (seconds)': '77' });

  await stage.stop();
  for (const visitor of [owner, guest]) await visible(visitor.unreachable);
  // Saving now loses nothing.
  await guest.editor.save.click();
  assert.equal(await guest.editor.field('Timeout (seconds)').inputValue(), '77');

  await stage.startAgain();
  await gone(guest.unreachable);
  await eventually(() => guest.editor.save.click());
  await eventually(async () => assert.equal((await stage.api.plaintext('kept')).timeout, 77));

  await gone(owner.unreachable);
  assert.equal(await owner.signIn.heading.count(), 0);
  assert.equal(await owner.editor.field('Description').inputValue(), 'typed before the restart');
  await owner.editor.save.click();
  await visible(owner.conflict.merged);
  await owner.editor.save.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('kept'), {
    command: 'kept', timeout: 77, description: 'typed before the restart',
  }));
}
