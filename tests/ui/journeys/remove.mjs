// A removed server stays in its place, struck through, until its time is over: undone by the button that has the focus or by
// Ctrl+Z, held while somebody is at it, hastened, announced, and not done where somebody else has changed the server.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

const NAMES = ['five', 'four', 'one', 'six', 'three', 'two'];
const TIME = 10_000;

export default async function (stage) {
  for (const name of NAMES) await stage.api.put(name, { command: name });
  const visitor = await stage.visitor();
  await visitor.page.clock.install();
  await visitor.open(stage.link);
  const { list, page } = visitor;
  await list.isShown();
  const keys = page.keyboard;
  const stored = async (...names) => eventually(async () => assert.deepEqual(await stage.api.names(), names));
  const remove = async (name) => {
    await list.more(name).focus();
    await keys.press('Enter');
    await keys.press('End');
    await keys.press('Enter');
  };

  // The keyboard: the way back has the focus, and as long as it has, the time does not run.
  await remove('one');
  await hasFocus(page, list.undo('one'), 'removing');
  assert.deepEqual(await list.names(), NAMES, 'it stays where it was');
  assert.ok(await list.link('one').evaluate((link) => getComputedStyle(link).textDecorationLine.includes('line-through')));
  await visible(visitor.status(/one will be removed/));
  await assertAccessible(page, 'a row that is about to go');
  await page.clock.runFor(3 * TIME);
  await stored(...NAMES);
  await keys.press('Enter');
  await gone(list.undo('one'));
  await hasFocus(page, list.link('one'), 'undone');
  await page.clock.runFor(3 * TIME);
  await stored(...NAMES);

  // Ctrl+Z from anywhere takes back the last one, but not in a field, where it is the field's.
  await remove('one');
  await remove('six');
  await list.link('two').focus();
  await keys.press('ControlOrMeta+z');
  await gone(list.undo('six'));
  await hasFocus(page, list.link('six'), 'the last one was taken back');
  await list.search.focus();
  await keys.type('x');
  await keys.press('ControlOrMeta+z');
  assert.equal(await list.search.inputValue(), '');
  await visible(list.undo('one'));

  // Left alone it is done, and announced.
  await list.link('five').focus();
  await page.clock.runFor(TIME + 1_000);
  await visitor.seesToast('one was removed');
  await stored('five', 'four', 'six', 'three', 'two');
  await gone(list.row('one'));

  // Held while the pointer is over it.
  await list.choose('two', 'Remove');
  await list.row('two').hover();
  await page.clock.runFor(3 * TIME);
  await visible(list.undo('two'));
  await list.heading.hover();
  await page.clock.runFor(TIME + 1_000);
  await visitor.seesToast('two was removed');
  await stored('five', 'four', 'six', 'three');

  // At once, and the focus goes to the neighbour. Several at a time.
  await remove('four');
  await keys.press('Tab');
  await hasFocus(page, list.removeNow('four'), 'the next stop');
  await keys.press('Enter');
  await visitor.seesToast('four was removed');
  await gone(list.row('four'));
  await hasFocus(page, list.link('six'), 'the neighbour');
  await remove('six');
  await remove('three');
  await list.heading.focus();
  await page.clock.runFor(TIME + 1_000);
  await stored('five');

  // A list that hides it shows it as long as it can be undone.
  await list.search.fill('five');
  await list.choose('five', 'Remove');
  await list.search.fill('something else');
  await visible(list.undo('five'));
  await list.undo('five').click();
  await list.search.fill('');

  // Somebody changes it meanwhile: it stays, and that is said; so it is where the stream is too slow to say it before.
  await list.choose('five', 'Remove');
  await stage.api.patch('five', { description: 'changed meanwhile' });
  await visible(visitor.alert(/five was not removed.*changed/));
  await gone(list.undo('five'));
  await list.heading.hover();
  await page.clock.runFor(3 * TIME);
  await stored('five');
  await page.route('**/mcp-servers/five', (route) => {
    if (route.request().method() !== 'DELETE') return route.continue();
    return route.continue({ headers: { ...route.request().headers(), 'if-match': '"00000000000000000000000000000000"' } });
  });
  await list.choose('five', 'Remove');
  await list.removeNow('five').click();
  await eventually(async () => assert.equal(await visitor.alert(/five was not removed.*changed/).count(), 2));
  await stored('five');

  // A server that somebody else removes meanwhile needs no removal.
  await page.unroute('**/mcp-servers/five');
  await list.choose('five', 'Remove');
  await stage.api.remove('five');
  await visible(list.empty);
  await page.clock.runFor(3 * TIME);
  await stored();
}
