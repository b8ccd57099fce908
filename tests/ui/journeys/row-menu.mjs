// What somebody wants of a running server is in the menu of its row: its tools, its log, another attempt, a check, a new start, the
// ways to another client. With the keyboard and with the mouse.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Breakable, Operator, program } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const breakable = new Breakable(stage);
  await operator.put('birds', breakable.config, { start: 'always' });
  await operator.put('asleep', { ...program(), env: { LANG: 'de' } });
  await operator.put('remote', { url: 'https://mcp.example.com/mcp', enabled: false });
  await operator.once('birds', 'running');
  const visitor = await stage.guest('operator');
  const { list, running, tools, page } = visitor;
  const keys = new Keyboard(page);
  const items = async (name) => {
    await list.more(name).click();
    const texts = await page.getByRole('menuitem').allTextContents();
    await keys.press('Escape');
    await hasFocus(page, list.more(name), 'the menu button');
    return texts;
  };
  const pid = async () => JSON.stringify((await operator.call('birds', 'pid')).body.result);
  // The first thing that is done: what is not there yet comes into the open menu.
  await list.more('birds').press('Enter');
  await hasFocus(page, page.getByRole('menuitem', { name: 'Edit', exact: true }), 'the first item');
  await eventually(async () => assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Edit', 'Rename', 'Duplicate', 'Copy as…', 'Export…', 'Tools', 'Log', 'Check now', 'Restart', 'Remove']));
  await keys.press('Escape');
  assert.deepEqual(await items('asleep'), ['Edit', 'Rename', 'Duplicate', 'Copy as…', 'Export…', 'Tools', 'Log', 'Start', 'Remove']);
  assert.deepEqual(await items('remote'), ['Edit', 'Rename', 'Duplicate', 'Copy as…', 'Export…', 'Tools', 'Remove'], 'what is no program has no log, and what is off does not start');

  // Checked and started again without leaving the list.
  const before = await pid();
  await list.choose('birds', 'Check now');
  await visible(page.getByText(/^birds answered in \d+ ms$/));
  await hasFocus(page, list.more('birds'), 'the menu button again');
  // A server is asked for something at most once a second.
  await page.waitForTimeout(1_000);
  await keys.press('Enter');
  for (let item = 1; item < 9; item += 1) await keys.press('ArrowDown');
  await hasFocus(page, page.getByRole('menuitem', { name: 'Restart', exact: true }), 'the item');
  await keys.press('Enter');
  await visitor.seesToast('birds is being restarted');
  await eventually(async () => assert.notEqual(await pid(), before), 20_000);
  // As above: what follows asks it again.
  await page.waitForTimeout(1_000);

  // One that failed is tried again at once.
  await breakable.break();
  await operator.call('birds', 'leave');
  await visible(list.status('birds').getByText(/^Failed, retry in \d+ s$/));
  await breakable.repair();
  await list.choose('birds', 'Retry now');
  await visitor.seesToast('birds is tried again');
  await operator.once('birds', 'running');
  await list.choose('birds', 'Log');
  await visible(running.log.getByText('listening').first());
  await running.back.click();
  await list.choose('birds', 'Tools');
  await visible(tools.region);
  await running.back.click();

  // Who may write and not run starts again as well; who may only read has no menu.
  const writer = await stage.guest('writer');
  await writer.list.more('birds').click();
  await eventually(async () => assert.deepEqual(await writer.page.getByRole('menuitem').allTextContents(), ['Edit', 'Rename', 'Duplicate', 'Copy as…', 'Export…', 'Tools', 'Check now', 'Restart', 'Remove']));
  const reader = await stage.guest('reader');
  assert.equal(await reader.list.more('birds').count(), 0);
}
