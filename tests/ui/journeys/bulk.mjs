// Several servers at once: selected with the keyboard or in a range, turned off and on, removed with one way back for all. Each
// is a request under its own condition, few at a time; what is refused is named with its reason and can be tried again.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, settled, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

const NAMES = Array.from({ length: 20 }, (_, index) => `server-${String(index + 1).padStart(2, '0')}`);
const TIME = 10_000;
const AT_ONCE = 6;

export default async function (stage) {
  for (const name of NAMES) await stage.api.put(name, { command: name, env: { TOKEN: 's3cret' } });
  // High enough for all rows: none is half below the bar.
  const visitor = await stage.visitor({ viewport: { width: 1280, height: 1200 } });
  await visitor.page.clock.install();
  await visitor.open(stage.link);
  const { list, page } = visitor;
  await list.isShown();
  await eventually(async () => assert.deepEqual(await list.names(), NAMES));
  const keys = page.keyboard;
  const traffic = watch(page);
  const enabled = async () => (await stage.api.all()).filter((server) => server.enabled).map(({ name }) => name);
  const selected = async () => (await Promise.all(NAMES.map(async (name) => ((await list.select(name).isChecked()) ? [name] : [])))).flat();
  const says = (text) => visible(list.bar.getByText(text));
  const isMixed = () => list.selectAll.evaluate((box) => box.indeterminate);

  // With the keyboard alone.
  await list.search.focus();
  await keys.press('ArrowDown');
  await keys.press('x');
  await says('1 selected');
  await keys.press('ArrowDown');
  await keys.press('x');
  await keys.press('ArrowDown');
  await keys.press('x');
  await keys.press('x');
  await says('2 selected');
  assert.deepEqual(await selected(), NAMES.slice(0, 2));
  assert.ok(await isMixed());
  await assertAccessible(page, 'a selection');
  await list.bulk('Disable').focus();
  await keys.press('Enter');
  await visitor.seesToast('Disabled 2 servers');
  assert.deepEqual(await enabled(), NAMES.slice(2));
  await says('2 selected');
  await keys.press('Escape');
  await gone(list.bar);
  assert.equal(await page.evaluate(() => document.activeElement === document.body), false);

  // All that are shown, few requests at a time, each under the tag of what is shown.
  await list.link(NAMES[0]).focus();
  await keys.press('ControlOrMeta+a');
  await says('20 selected');
  assert.deepEqual([await list.selectAll.isChecked(), await isMixed()], [true, false]);
  const tags = new Map((await stage.api.all()).map(({ name, etag }) => [name, etag]));
  traffic.clear();
  await list.bulk('Disable').click();
  await visitor.seesToast('Disabled 20 servers');
  assert.deepEqual(await enabled(), []);
  assert.deepEqual(traffic.sent.map(({ name, ifMatch }) => [name, ifMatch]).toSorted(), NAMES.slice(2).map((name) => [name, tags.get(name)]));
  assert.ok(traffic.most > 1 && traffic.most <= AT_ONCE, `${traffic.most} at a time`);

  // One is changed behind the page's back: it is named, with the reason, and done when it is tried again.
  const [stale] = NAMES;
  await page.route(`**/mcp-servers/${stale}`, (route) => route.continue({
    headers: { ...route.request().headers(), 'if-match': '"00000000000000000000000000000000"' },
  }), { times: 1 });
  await list.bulk('Enable').click();
  const failure = visitor.alert('Enabled 19 servers, 1 failed');
  await visible(failure);
  await visible(failure.getByText(`${stale}: somebody else changed it meanwhile.`));
  assert.deepEqual(await enabled(), NAMES.slice(1));
  await failure.getByRole('button', { name: 'Try again', exact: true }).click();
  await visitor.seesToast('Enabled 1 server');
  assert.deepEqual(await enabled(), NAMES);

  // The box above all, and a range.
  await list.selectAll.click();
  await gone(list.bar);
  await list.select(NAMES[4]).click();
  await list.select(NAMES[9]).click({ modifiers: ['Shift'] });
  assert.deepEqual(await selected(), NAMES.slice(4, 10));
  await list.select(NAMES[8]).click();
  await list.select(NAMES[6]).click({ modifiers: ['Shift'] });
  assert.deepEqual(await selected(), [NAMES[4], NAMES[5], NAMES[9]]);
  // What is not shown is still selected, and that is said.
  await list.search.fill(NAMES[9]);
  await says('3 selected (2 not shown)');
  await list.search.fill('');
  await list.bulk('Clear selection').click();
  await gone(list.bar);
  await hasFocus(page, list.link(NAMES[9]), 'the last one that was selected');

  // Removing: one way back for all, under the finger; Ctrl+Z does the same; a single one can be kept.
  const remove = async () => {
    await list.select(NAMES[0]).check();
    await list.select(NAMES[2]).click({ modifiers: ['Shift'] });
    await list.bulk('Remove').focus();
    await keys.press('Enter');
    await says('3 servers will be removed');
  };
  await remove();
  await hasFocus(page, list.bulk('Undo'), 'the way back');
  await assertAccessible(page, 'several rows that go');
  await page.clock.runFor(3 * TIME);
  assert.equal((await stage.api.names()).length, 20, 'it waits while somebody is at it');
  await keys.press('Enter');
  await gone(list.bar);
  await hasFocus(page, list.link(NAMES[0]), 'all were kept');
  assert.equal(await page.getByRole('button', { name: /^Undo: / }).count(), 0);
  await remove();
  await list.link(NAMES[5]).focus();
  await settled(page);
  await keys.press('ControlOrMeta+z');
  await gone(list.bar);
  await page.clock.runFor(3 * TIME);
  assert.equal((await stage.api.names()).length, 20);
  await remove();
  await list.undo(NAMES[1]).click();
  await says('2 servers will be removed');
  await list.heading.hover();
  await list.link(NAMES[5]).focus();
  await page.clock.runFor(TIME + 1_000);
  await visitor.seesToast('Removed 2 servers');
  assert.deepEqual(await stage.api.names(), [NAMES[1], ...NAMES.slice(3)]);
  assert.equal((await stage.api.plaintext(NAMES[1])).env.TOKEN, 's3cret');

  // Leaving the page sends what waits.
  await list.select(NAMES[3]).check();
  await list.select(NAMES[4]).check();
  await list.bulk('Remove').click();
  await says('2 servers will be removed');
  await page.goto('about:blank');
  await eventually(async () => assert.deepEqual(await stage.api.names(), [NAMES[1], ...NAMES.slice(5)]));

  // Who may only read selects nothing.
  const reader = await stage.guest('reader');
  await visible(reader.list.row(NAMES[1]));
  assert.equal(await reader.page.getByRole('checkbox').count(), 0);
  await reader.list.link(NAMES[1]).focus();
  await reader.page.keyboard.press('x');
  assert.equal(await reader.list.bar.count(), 0);
}

/** Sees which changes the page sends, and how many of them at a time. */
function watch(page) {
  const traffic = { sent: [], most: 0, clear: () => Object.assign(traffic, { sent: [], most: 0 }) };
  let open = 0;
  page.on('request', (request) => {
    if (request.method() !== 'PATCH') return;
    open += 1;
    traffic.most = Math.max(traffic.most, open);
    traffic.sent.push({ name: decodeURIComponent(request.url().split('/').at(-1)), ifMatch: request.headers()['if-match'] });
  });
  const ended = (request) => {
    if (request.method() === 'PATCH') open -= 1;
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  return traffic;
}
