// Somebody else changes what a server would execute: it is seen in the list, what changed is seen, and exactly that is approved.
// Where it changes under the eyes of who approves, nothing is approved and it is shown again. Several are approved from the list.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, program } from '../programs.mjs';

const CHANGED = 'changed';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const writer = stage.writer('writer');
  const birds = (word) => ({ ...program(word), env: { TOKEN: 'secret', PATH: '/usr/bin:/bin' } });
  await operator.put('birds', birds('say=one'), { start: 'always' });
  await operator.once('birds', 'running');
  const visitor = await stage.guest('operator');
  const { list, running, page } = visitor;
  await visible(list.status('birds').getByText(/^Healthy|^Not checked/));
  await writer.put('birds', birds('say=two'));
  await list.status('birds').getByRole('link', { name: /^Needs approval/ }).click();

  // What changed is marked, what decides which code runs is shown, a secret is not.
  await visible(running.approval.getByText('Changed since it was approved', { exact: true }));
  await visible(running.approval.getByText(/^Approved last by anna/));
  const marked = () => running.approval.locator('.launch-part').filter({ hasText: CHANGED }).locator('code').allTextContents();
  assert.deepEqual(await marked(), ['say=two']);
  const shown = await running.approval.innerText();
  assert.match(shown, /PATH\s+\/usr\/bin:\/bin\s+decides which code runs/);
  assert.match(shown, /TOKEN\s+set, not shown/);
  assert.doesNotMatch(shown, /secret/);
  await running.button('Show values').click();
  await visible(running.approval.getByText('secret', { exact: true }));

  // It changes while one looks: said, and shown as it is now.
  await writer.put('birds', birds('say=three'));
  await visible(running.approval.getByText('What would be executed has changed while you looked.', { exact: false }));
  assert.deepEqual(await marked(), ['say=three']);
  // And once more, just before it is approved, unseen by the page: nothing is approved.
  let isHeld = true;
  await page.route('**/api/instances/birds/approval', async (route) => {
    if (route.request().method() === 'POST' && isHeld) {
      isHeld = false;
      await writer.put('birds', birds('say=four'));
    }
    await route.continue();
  });
  await running.approve.click();
  await eventually(async () => assert.deepEqual(await marked(), ['say=four']));
  await visible(running.approval.getByRole('alert'));
  await visible(running.approval.getByText(/^found at/));
  assert.equal((await operator.shown('birds')).approved, false);
  await assertAccessible(page, 'a launch that changed');
  await running.approve.click();
  await visitor.seesToast('birds was approved');
  await visible(running.approval.getByText('Approved', { exact: true }));
  await operator.once('birds', 'running');
  await gone(running.approve);
  assert.equal(await running.approval.getByRole('alert').count(), 0);

  // Withdrawn with the keyboard, after it was asked.
  const keys = new Keyboard(page);
  await keys.choose(running.button('Withdraw…'));
  const asked = visitor.dialog('Withdraw the approval of birds?');
  await hasFocus(page, asked.getByRole('button', { name: 'Cancel', exact: true }), 'what does nothing');
  await keys.choose(asked.getByRole('button', { name: 'Withdraw', exact: true }));
  await visitor.seesToast('The approval of birds was withdrawn');
  await operator.once('birds', 'unapproved');
  await visible(running.approve);
  await keys.choose(running.approve);
  await visitor.seesToast('birds was approved');

  await operator.once('birds', 'running');

  // Several at once: each is shown and chosen by itself; of those that are not chosen none is approved.
  await writer.put('a', program('say=a'));
  await writer.put('b', program('say=b'));
  await writer.put('c', program('say=c'));
  await keys.press('Escape');
  await list.isShown();
  for (const name of ['a', 'b', 'birds', 'c']) {
    await visible(list.status(name).getByText(name === 'birds' ? /^(Healthy|Not checked)/ : 'Needs approval'));
    await list.link(name).focus();
    await keys.press('x');
  }
  await keys.choose(list.bulk('Approve…'));
  const several = visitor.dialog('Approve 3 servers');
  await visible(several.getByText('say=c', { exact: true }));
  const choose = (name) => several.getByRole('checkbox', { name: `Approve ${name}`, exact: true });
  const chosen = () => Promise.all(['a', 'b', 'c'].map((name) => choose(name).isChecked()));
  assert.deepEqual(await chosen(), [false, false, false]);
  await assertAccessible(page, 'several to approve');
  await several.getByRole('button', { name: 'Approve', exact: true }).click();
  await visible(several.getByText('Choose at least one.', { exact: true }));
  await choose('a').focus();
  await keys.press(' ');
  await choose('c').focus();
  await keys.press(' ');
  // What was chosen becomes something else: it is not chosen any more.
  await writer.put('c', program('say=other'));
  await visible(several.getByText('say=other', { exact: true }));
  assert.deepEqual(await chosen(), [true, false, false]);
  await several.getByRole('button', { name: 'Approve 1 server', exact: true }).click();
  await visitor.seesToast('Approved 1 server');
  await gone(several);
  await operator.once('a', 'idle');
  assert.deepEqual([(await operator.shown('b')).approved, (await operator.shown('c')).approved], [false, false]);

  // Who may write and not run sees that it is needed, and has nothing to press.
  const other = await stage.guest('writer');
  await visible(other.list.status('b').getByText('Needs approval'));
  await other.list.status('b').getByRole('link').click();
  await visible(other.running.status.getByText('A key with the scope run can do that.', { exact: false }));
  assert.equal(await other.running.view('Approval').count(), 0);
  await other.running.back.click();
  await other.list.select('b').check();
  await visible(other.list.bulk('Enable'));
  assert.equal(await other.list.bulk('Approve…').count(), 0);
}
