// A server runs, dies and comes back, and somebody looks on: in the list and on its status, which say it without being asked. It is
// tried again at once, checked and started again, with the mouse and with the keyboard.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Breakable, Operator, program } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const breakable = new Breakable(stage);
  await operator.put('birds', breakable.config, { start: 'always' });
  await operator.put('asleep', program());
  await operator.put('off', { command: 'x', enabled: false });
  await stage.writer('writer').put('theirs', program());
  await operator.once('birds', 'running');
  const visitor = await stage.guest('operator');
  const { list, running, page } = visitor;
  const says = (name, text) => visible(list.status(name).getByText(text));
  await says('birds', /^(Healthy · \d+ s|Not checked yet)$/);
  await says('asleep', 'Idle');
  await says('off', 'Disabled');
  await says('theirs', 'Needs approval');

  // It dies: what it was proven by does not help a start that fails.
  await breakable.break();
  await operator.call('birds', 'pid');
  await operator.call('birds', 'leave');
  await says('birds', /^Failed, retry in \d+ s$/);
  await list.filter('Failing').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['birds']));
  await list.filter('Needs approval').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['birds', 'theirs']));
  assert.match(page.url(), /\?attention=approval,failing$/);

  // What there is to be done about it is one step away.
  await list.status('birds').getByRole('link').click();
  await running.isShown('birds');
  await eventually(async () => assert.equal(await page.title(), 'Status · birds · MCP servers'));
  await visible(running.status.getByText('The program ended.'));
  await visible(running.status.getByText(/no database/).first());
  await visible(running.status.getByText('The last attempt failed.', { exact: false }));
  await visible(running.status.getByText(/^Failed, retry in \d+ s$/));
  await visible(running.status.getByRole('link', { name: 'Open the log', exact: true }));

  await running.button('Retry now').click();
  await visitor.seesToast('birds is tried again');
  await visible(running.status.getByText('2 attempts in a row failed.', { exact: false }));
  await breakable.repair();
  const keys = new Keyboard(page);
  await eventually(async () => {
    if (await running.button('Retry now').isVisible()) await keys.choose(running.button('Retry now'));
    await visible(running.fact('MCP version').getByText('2025-11-25'));
  }, 30_000);
  await gone(running.button('Retry now'));
  await visible(running.fact('Server').getByText('instance 1'));
  await eventually(async () => assert.equal(await running.status.getByText('The program ended.').count(), 0));

  // With the keyboard: checked, started again, and by the links from view to view, where the focus stays.
  await operator.call('birds', 'pid');
  await operator.call('birds', 'refuse');
  await page.waitForTimeout(1_100);
  await keys.choose(running.button('Check now'));
  await visible(page.getByText(/^birds answered in \d+ ms$/).first());
  await visible(running.status.getByText(/^Healthy · /));
  await visible(running.fact('Calls').getByText(/^\d+, 2 failed$/));
  const before = (await operator.shown('birds')).restarts;
  await page.waitForTimeout(1_100);
  await keys.choose(running.button('Restart'));
  await visitor.seesToast('birds is being restarted');
  await eventually(async () => assert.equal(await running.fact('Restarts').innerText(), String(before + 1)), 60_000);
  await keys.choose(running.view('History'));
  await visible(running.history);
  await hasFocus(page, running.view('History'), 'the way that was taken');
  assert.equal(await running.view('History').getAttribute('aria-current'), 'page');
  await keys.choose(running.view('Configuration'));
  await visitor.editor.isShown('birds');
  await hasFocus(page, running.view('Configuration'), 'the way to the configuration');
  await page.goBack();
  await visible(running.history);
  await keys.press('Escape');
  await list.isShown();
  await hasFocus(page, list.heading, 'it is not failing any more');

  // What is idle is started, and what was typed waits for the way back.
  await list.filter('Failing').click();
  await list.filter('Needs approval').click();
  await list.edit('asleep');
  await visitor.editor.isShown('asleep');
  await visitor.editor.fill({ Description: 'typed' });
  await running.view('Status').click();
  await running.button('Start').click();
  await operator.once('asleep', 'running');
  await visible(running.fact('MCP version').getByText('2025-11-25'));
  await visible(running.views.getByText('draft', { exact: true }));
  await running.view('Configuration').click();
  assert.equal(await visitor.editor.field('Description').inputValue(), 'typed');
}
