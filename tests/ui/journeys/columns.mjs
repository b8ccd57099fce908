// The columns give their room to what is in them: no name and no target is cut while another column has nothing to say,
// the last change has a column once one is known, and below 72 rem the rows are cards.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

const NAME = 'a-server-with-quite-a-long-name.of-the-team@example';

export default async function (stage) {
  // Nobody has changed these since the service has known them.
  const visitor = await stage.guest('admin');
  const { list, page } = visitor;
  const shown = { name: list.link(NAME), target: list.row(NAME).getByText(/^npx/), host: list.row('remote').getByText('a-long-host', { exact: false }) };
  for (const width of [900, 1024, 1025, 1100, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    for (const [what, text] of Object.entries(shown)) {
      await visible(text);
      assert.ok(await text.evaluate(isWhole), `the ${what} is cut at ${width} px`);
    }
  }
  // What every npx command says is left out; what is for the program is not, and the pointer finds all of it.
  const rest = '@example/a-package-with-a-long-name --root=/srv/projects/of/the/team --and-another -y --one-more --and-one-more=for-a-second-line';
  assert.equal(await shown.target.textContent(), `npx ${rest}`);
  assert.equal(await shown.target.getAttribute('title'), `npx --yes ${rest}`);
  await visible(list.row(NAME).getByText('🐦'));
  assert.equal(await page.locator('main img').count(), 0, 'no image is loaded');
  assert.doesNotMatch(await list.row('remote').innerText(), /icons\.example/);
  await visible(list.row('remote').getByText('2 secrets', { exact: true }));
  const left = async (text) => (await text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().left;
  }));
  assert.equal(await left(list.row('right-to-left').getByText('خادم')), await left(list.link('right-to-left')), 'one edge');

  assert.equal(await list.sortBy('Last change').count(), 0, 'nothing is known of it');
  await list.enabled('remote').click();
  await visible(list.sortBy('Last change'));
  await visible(list.row('remote').getByText('by you'));

  // Cards: what is pressed is beside the name, the target below it, the rest below that.
  for (const width of [390, 1023, 1151]) {
    await page.setViewportSize({ width, height: 800 });
    await eventually(async () => {
      const row = list.row('remote');
      const [name, toggle, menu, target, small] = await Promise.all([
        list.link('remote'), list.enabled('remote'), list.more('remote'), shown.host, row.getByText('HTTP', { exact: true }),
      ].map((part) => part.boundingBox()));
      for (const part of [toggle, menu]) assert.ok(part.y < name.y + name.height && part.y + part.height > name.y, `${width} px`);
      assert.ok(target.y >= name.y + name.height - 1 && small.y >= target.y + target.height - 1, `${width} px`);
      assert.ok(name.x < toggle.x && toggle.x < menu.x, `${width} px`);
    });
  }

  await list.link(NAME).click();
  await visible(page.getByRole('heading', { name: NAME, level: 1, exact: true }).getByText('🐦'));
}

/** Whether a text is drawn to its end. */
function isWhole(element) {
  for (let around = element; around !== null && around.matches('.servers *'); around = around.parentElement) {
    if (getComputedStyle(around).overflow === 'visible') continue;
    if (around.scrollWidth > around.clientWidth + 1 || around.scrollHeight > around.clientHeight + 1) return false;
  }
  return true;
}
