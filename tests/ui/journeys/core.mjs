// What everybody does with the page, in one go: sign in, add, switch, edit twice, meet somebody else's edit, rename, and
// see all of it in a second tab. `setting.without` names headers that never reach the page.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  const { without } = stage.setting;
  const owner = await stage.owner({ without });
  const guest = await stage.guest('revealer', { without });
  const { list, editor } = owner;

  // Added in one tab, it is in the other without a question: the stream goes through.
  await list.newServer.first().click();
  await editor.isShown('Add server');
  await editor.field('Name').fill('issues');
  await editor.transport('stdio').check();
  await editor.fill({ Command: 'npx', Description: 'Issues' });
  await editor.addPair('Environment', 1, 'API_TOKEN', 'typed-secret');
  await editor.save.click();
  await owner.seesToast('issues was saved');
  await visible(guest.list.row('issues'));
  assert.equal((await stage.api.plaintext('issues')).env.API_TOKEN, 'typed-secret');

  // A switch is a write under the tag of the row.
  await guest.list.enabled('issues').click();
  await eventually(async () => assert.equal((await stage.api.plaintext('issues')).enabled, false));
  // What is stored may be read before the page has its answer.
  await eventually(async () => assert.equal(await guest.list.enabled('issues').getAttribute('aria-busy'), null));
  await guest.list.enabled('issues').click();
  await eventually(async () => assert.equal((await stage.api.plaintext('issues')).enabled, true));

  // Two edits in a row: the second is under the tag that the first was answered with.
  await guest.list.edit('issues');
  await guest.editor.isShown('issues');
  for (const seconds of ['30', '60']) {
    await guest.editor.fill({ 'Timeout (seconds)': seconds });
    await guest.editor.save.click();
    await eventually(async () => assert.equal(String((await stage.api.plaintext('issues')).timeout), seconds));
    await eventually(async () => assert.equal(await guest.editor.save.getAttribute('aria-busy'), null));
    assert.equal(await guest.conflict.merged.count(), 0, 'there is nothing to merge with');
  }

  // Somebody else saves first: the refusal has what is needed to merge, and the merged draft can be saved.
  await owner.goTo('#/servers/issues');
  await editor.isShown('issues');
  await editor.fill({ Description: 'Issues of the team' });
  await guest.editor.fill({ 'Timeout (seconds)': '90' });
  await guest.editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('issues')).timeout, 90));
  await visible(owner.conflict.banner);
  await editor.save.click();
  await visible(owner.conflict.merged);
  await editor.save.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('issues'), {
    command: 'npx', description: 'Issues of the team', env: { API_TOKEN: 'typed-secret' }, timeout: 90, enabled: true,
  }));

  await owner.goTo('#/');
  await list.isShown();
  await list.choose('issues', 'Rename');
  await owner.renaming.to('tracker');
  await gone(owner.renaming.dialog);
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['tracker']));
  await visible(owner.list.row('tracker'));
  // The tag of the answer to the renaming is good for the next write.
  await owner.list.enabled('tracker').click();
  await eventually(async () => assert.equal((await stage.api.plaintext('tracker')).enabled, false));
  await guest.goTo('#/');
  await visible(guest.list.row('tracker'));
}
