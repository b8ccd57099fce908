// What somebody wants of a running server is in the menu of its row: its tools, its log, another attempt, a check, a new start, its
// configuration as JSON. With the keyboard and with the mouse.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Breakable, Operator, program } from '../programs.mjs';

const SECRET = 'row-menu-secret-4711';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const breakable = new Breakable(stage);
  await operator.put('birds', breakable.config, { start: 'always' });
  await operator.put('asleep', { ...program(), env: { TOKEN: SECRET, LANG: 'de' } });
  await operator.put('remote', { url: 'https://mcp.example.com/mcp', enabled: false });
  await operator.once('birds', 'running');
  const visitor = await stage.guest('operator');
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { list, running, editor, paste, tools, page } = visitor;
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
  await eventually(async () => assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Edit', 'Rename', 'Duplicate', 'Copy as JSON', 'Tools', 'Log', 'Check now', 'Restart', 'Remove']));
  await keys.press('Escape');
  assert.deepEqual(await items('asleep'), ['Edit', 'Rename', 'Duplicate', 'Copy as JSON', 'Tools', 'Log', 'Start', 'Remove']);
  assert.deepEqual(await items('remote'), ['Edit', 'Rename', 'Duplicate', 'Copy as JSON', 'Tools', 'Remove'], 'what is no program has no log, and what is off does not start');

  // Checked and started again without leaving the list.
  const before = await pid();
  await list.choose('birds', 'Check now');
  await visible(page.getByText(/^birds answered in \d+ ms$/));
  await hasFocus(page, list.more('birds'), 'the menu button again');
  // A server is asked for something at most once a second.
  await page.waitForTimeout(1_000);
  await keys.press('Enter');
  for (let item = 1; item < 8; item += 1) await keys.press('ArrowDown');
  await hasFocus(page, page.getByRole('menuitem', { name: 'Restart', exact: true }), 'the item');
  await keys.press('Enter');
  await visitor.seesToast('birds is being restarted');
  await eventually(async () => assert.notEqual(await pid(), before), 20_000);

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

  // Its configuration for another program: no secret is in it, what is no secret is, and the import of this page reads it.
  await list.choose('asleep', 'Copy as JSON');
  await visitor.seesToast('asleep was copied as JSON. 1 secret in it is masked.');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const { mcpServers: { asleep } } = JSON.parse(copied);
  assert.deepEqual([asleep.command, asleep.args, asleep.env.LANG], [program().command, program().args, 'de']);
  assert.ok(!copied.includes(SECRET));
  await list.paste.first().click();
  await paste.text.fill(copied);
  await visible(page.getByText('This is a mask: enter the secret itself.').first());
  await page.evaluate(() => { location.hash = '#/'; });
  await list.isShown();

  // The same in the editor, where a draft is no part of it.
  await list.edit('birds');
  await editor.isShown('birds');
  await editor.choose('Copy as JSON');
  await visitor.seesToast('birds was copied as JSON.');
  await editor.fill({ Description: 'a draft' });
  await editor.choose('Copy as JSON');
  await visitor.seesToast('birds was copied as JSON, as it is stored.');
  assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).mcpServers.birds.description, undefined);
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); });
  await editor.choose('Copy as JSON');
  await visible(page.getByText('Nothing was copied: the browser does not let this page copy.', { exact: false }));

  // Who may write and not run starts again as well; who may only read has no menu.
  const writer = await stage.guest('writer');
  await writer.list.more('birds').click();
  await eventually(async () => assert.deepEqual(await writer.page.getByRole('menuitem').allTextContents(), ['Edit', 'Rename', 'Duplicate', 'Copy as JSON', 'Tools', 'Check now', 'Restart', 'Remove']));
  const reader = await stage.guest('reader');
  assert.equal(await reader.list.more('birds').count(), 0);
}
