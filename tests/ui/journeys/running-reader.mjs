// Who may only read sees how each server runs, and what happened; nothing that starts, checks, approves or shows what a program writes
// is there, by no address either, and nothing of it is asked for.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { visible } from '../claims.mjs';
import { Operator, program } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  await operator.put('birds', program('say=listening'), { start: 'always' });
  await operator.put('broken', program('exit', 'say=no database'), { start: 'always' });
  await stage.writer('writer').put('new', program());
  await operator.once('birds', 'running');
  await operator.once('broken', 'error');
  const visitor = await stage.guest('reader');
  const { list, running, page } = visitor;
  const refused = [];
  page.on('response', (answer) => {
    if (answer.status() === 403) refused.push(answer.url());
  });
  const buttons = async () => (await page.getByRole('main').getByRole('button').allTextContents()).filter((text) => !['Back', 'Refresh'].includes(text));
  await visible(list.status('new').getByText('Needs approval'));
  await list.status('broken').getByRole('link').click();
  await visible(running.status.getByText('The program ended.'));
  await visible(running.status.getByText(/^Failed/).first());
  assert.deepEqual(await running.views.getByRole('link').allTextContents(), ['Configuration', 'Status', 'Tools', 'History']);
  assert.deepEqual(await buttons(), []);
  assert.equal(await running.status.locator('pre').count(), 0, 'nothing that it wrote');
  await assertAccessible(page, 'a status to be seen only');
  await running.view('History').click();
  await visible(running.history.getByText('Start failed', { exact: true }).first());
  assert.deepEqual(await buttons(), []);
  for (const view of ['log', 'approval']) {
    await visitor.goTo(`#/servers/birds/${view}`);
    await running.isShown('birds');
    await visible(page.getByText('This key may not see that.', { exact: true }));
    assert.deepEqual(await buttons(), []);
    await assertAccessible(page, `no ${view}`);
  }
  await visitor.goTo('#/servers/birds');
  await visible(running.view('Status'));
  assert.equal(await running.view('Configuration').getAttribute('aria-current'), 'page');
  await visitor.goTo('#/servers/new/status');
  await visible(running.status.getByText('A key with the scope run can do that.', { exact: false }));
  assert.deepEqual(await buttons(), []);
  assert.deepEqual(refused, [], 'what is refused is not asked for');
}
