// Twenty scripts write; of two people one looks on, and one turns servers on and off meanwhile. In the end both pages show
// exactly what the store holds, and they know it from the stream. Measured: how long after a commit's answer its event is in the page, and its mark in the list.

import assert from 'node:assert/strict';

import { eventually } from '../claims.mjs';
import { Crowd } from '../crowd.mjs';
import { dice } from '../dice.mjs';
import { median, Witness } from '../witness.mjs';

const NAMES = Array.from({ length: 15 }, (_, index) => `server-${index}`);
const WRITERS = 20;
const QUIET = 1_500;

export default async function (stage) {
  const visitors = [await stage.visitor(), await stage.visitor()];
  const witnesses = [];
  for (const visitor of visitors) {
    witnesses.push(await Witness.on(visitor));
    await visitor.open(`${stage.setting.address}/`);
    await visitor.signIn.withKey(stage.setting.keys.admin);
    await visitor.list.isShown();
    // The list holds its rows where they are while the pointer is over it.
    await visitor.page.mouse.move(1, 1);
  }
  const crowd = new Crowd(Array.from({ length: WRITERS }, () => stage.writer('writer')), NAMES);
  const time = stage.setting.seconds * 1_000;
  await Promise.all([crowd.write(time, stage.setting.seed), meddle(visitors[0], time, dice(stage.setting.seed))]);

  assert.ok(crowd.commits.length > stage.setting.seconds * 20, `only ${crowd.commits.length} commits`);
  // The last click may still be on its way when the writers have ended: what the store holds is read each time.
  let store;
  for (const visitor of visitors) {
    await eventually(async () => {
      store = await stage.api.all();
      assert.deepEqual(await shown(visitor), store.map(({ name, enabled, etag }) => ({ name, enabled, etag })));
    });
  }
  assert.deepEqual(await stage.api.all(), store);

  const lateness = { events: [], marks: [] };
  for (const witness of witnesses) {
    const { tags, marks, events } = await witness.news();
    for (const { tag, mark, at } of crowd.commits) {
      if (tags.has(tag)) lateness.events.push(tags.get(tag) - at);
      if (marks.has(mark)) lateness.marks.push(marks.get(mark) - at);
    }
    // The page listed once, and from then on only because of events, never more often than there were some.
    assert.ok(witness.lists <= events + 2, `${witness.lists} lists for ${events} events`);
  }
  assert.ok(witnesses[0].requests.some(({ method }) => method === 'PATCH'), 'nobody turned a server on or off');
  // Nobody writes: nobody asks.
  const asked = () => witnesses.map(({ requests }) => requests.length);
  const before = asked();
  await new Promise((resolve) => setTimeout(resolve, QUIET));
  assert.deepEqual(asked(), before, 'a page asks without an event');

  const measured = {
    commits: crowd.commits.length,
    events: lateness.events.length,
    marks: lateness.marks.length,
    event_ms: median(lateness.events),
    shown_ms: median(lateness.marks),
  };
  assert.ok(measured.events > 0 && measured.marks > 0, JSON.stringify(measured));
  assert.ok(measured.event_ms < 2_000, JSON.stringify(measured));
  assert.ok(measured.shown_ms < 2_000, JSON.stringify(measured));
  return measured;
}

/** Turns some server on or off again and again; the faster one wins. */
async function meddle({ page }, milliseconds, roll) {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    await page.evaluate((throws) => {
      const switches = document.querySelectorAll('[role=switch]');
      switches[throws % switches.length]?.click();
    }, roll(1_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What the list says: every row's name, switch and tag. It sorts as people do, so the order is made the store's. */
async function shown({ list }) {
  const rows = await list.table.locator('tbody').getByRole('row').evaluateAll((found) => found.map((row) => ({
    // A row that is leaving has neither, and is not what the store holds.
    name: row.querySelector('a')?.textContent ?? '',
    enabled: row.querySelector('[role=switch]')?.getAttribute('aria-checked') === 'true',
    etag: row.dataset.etag,
  })));
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
