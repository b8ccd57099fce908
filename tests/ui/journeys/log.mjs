// What a server writes is read and followed, through new starts of its program and of the service. Its history says what happened,
// and where what is executed changed.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, program } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  await operator.put('birds', { ...program('say=first'), env: { TOKEN: 'canary-1234' } }, { start: 'always' });
  await operator.put('remote', { url: 'http://127.0.0.1:9/mcp' });
  await operator.once('birds', 'running');
  const visitor = await stage.guest('operator');
  const { list, running, page } = visitor;
  const keys = new Keyboard(page);
  await list.edit('birds');
  await visitor.editor.isShown('birds');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await keys.choose(running.view('Log'));
  const lines = () => running.log.locator('.log-line > span').allTextContents();
  const has = (...texts) => eventually(async () => assert.deepEqual(await lines(), texts));
  await has('first');
  await visible(running.status.or(page.getByText('Following: new lines appear as they come.')));
  const say = async (text) => assert.equal((await operator.call('birds', 'say', { text })).status, 200);
  await say('second');
  await say('the token is canary-1234');
  await has('first', 'second', 'the token is ***');
  assert.equal(asked.filter((path) => path.endsWith('/log')).length, 1, 'one stream');

  // It stays at its end, unless the reader has gone elsewhere; the keyboard leads there and back.
  for (let line = 0; line < 60; line += 1) await say(`line ${line}`);
  await eventually(async () => assert.equal((await lines()).length, 63));
  const fromEnd = () => running.log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await eventually(async () => assert.ok(await fromEnd() < 4));
  await keys.tabTo(running.log);
  await keys.press('Home');
  await visible(running.button('Go to the end'));
  await eventually(async () => assert.ok(await fromEnd() > 100, 'it scrolls there'));
  await say('while away');
  await eventually(async () => assert.equal((await lines()).at(-1), 'while away'));
  assert.ok(await fromEnd() > 100, 'it does not move under the eyes');
  await keys.press('Shift+Tab');
  await hasFocus(page, running.button('Go to the end'), 'before the lines');
  await keys.press('Enter');
  await gone(running.button('Go to the end'));
  await hasFocus(page, running.log, 'the lines');
  await eventually(async () => assert.ok(await fromEnd() < 4));

  // It is searched while lines come; the lines are one key away from the search.
  await keys.press('/');
  const search = page.getByRole('searchbox', { name: 'Search log', exact: true });
  await hasFocus(page, search, 'the search');
  await keys.type('59 LINE');
  await has('line 59');
  await visible(page.getByText('1 of 64 lines', { exact: true }));
  await say('a line of the 59th kind');
  await has('line 59', 'a line of the 59th kind');
  await keys.press('Enter');
  await hasFocus(page, running.log, 'the lines that were found');
  await search.fill('nothing of the kind');
  await visible(running.log.getByText('No matching lines'));
  await search.press('Escape');
  await eventually(async () => assert.equal((await lines()).length, 65));

  // Another process has its own log, behind a mark; what was there is still there.
  await running.view('Status').click();
  await running.button('Restart').click();
  await eventually(async () => assert.equal(await running.fact('Restarts').innerText(), '1'), 60_000);
  await operator.once('birds', 'running');
  await running.view('Log').click();
  await has('first');
  // What has answered once is started again at once.
  await operator.call('birds', 'pid');
  await operator.call('birds', 'leave');
  await running.log.getByText('Started again', { exact: true }).waitFor({ timeout: 60_000 });
  await has('first', 'first');
  await say('of the third process');
  await has('first', 'first', 'of the third process');

  // So has one of another service, and what was read before is kept.
  await stage.stop();
  await visible(visitor.unreachable);
  await stage.startAgain();
  await gone(visitor.unreachable);
  await operator.once('birds', 'running');
  await has('first', 'first', 'of the third process', 'first');

  // Another launch: its history says what was of which.
  await operator.put('birds', { ...program('exit', 'say=broken'), env: { TOKEN: 'canary-1234' } });
  await has('first', 'first', 'of the third process', 'first', 'broken');
  await operator.once('birds', 'error');
  await visible(page.getByText('Nothing runs. These are the last lines.', { exact: true }));
  await keys.choose(running.view('History'));
  await visible(running.history.getByText('Start failed', { exact: true }));
  const items = await running.history.getByRole('listitem').allInnerTexts();
  const mark = items.findIndex((text) => text.startsWith('The launch changed here'));
  const failed = items.findIndex((text) => text.includes('Start failed'));
  const left = items.findIndex((text) => text.includes('Ended by itself'));
  assert.ok(failed >= 0 && failed < mark && mark < left, JSON.stringify(items));
  assert.ok(items.some((text) => /Started\s+\d+ ms/.test(text)), JSON.stringify(items));

  // What is not started here has no log here, and neither has a key that may not read it.
  await keys.press('Escape');
  await list.edit('remote');
  await running.isShown('remote');
  assert.equal(await running.view('Log').count(), 0);
  assert.equal(await running.view('Approval').count(), 0, 'it needs none');
  const revealer = await stage.guest('revealer');
  await revealer.list.edit('birds');
  await revealer.running.view('Log').click();
  await visible(revealer.running.log.getByText('broken', { exact: true }));
}
