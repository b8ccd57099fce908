// A text of many servers on a small screen: what is said below them is short, and no field that is gone to is behind it.

import assert from 'node:assert/strict';

import { assertFits } from '../axe.mjs';
import { eventually, visible } from '../claims.mjs';
import { Keyboard } from '../keyboard.mjs';

const NAMES = Array.from({ length: 40 }, (_, index) => `server-${String(index).padStart(3, '0')}`);

export default async function (stage) {
  const visitor = await stage.owner({ viewport: { width: 360, height: 740 } });
  const { list, importing, page } = visitor;
  await list.import.first().click();
  const headers = { Authorization: 'Bearer <YOUR_TOKEN>' };
  await importing.read(JSON.stringify({ mcpServers: Object.fromEntries(NAMES.map((name) => [name, { url: `https://${name}.example/mcp`, headers }])) }));
  await importing.submit.click();
  await visible(importing.said.getByText('Enter what is missing for server-000, server-001, server-002 and 37 more first.', { exact: true }));
  const foot = page.locator('.import-foot');
  assert.ok((await foot.boundingBox()).height < 740 / 3, 'the foot is small');
  await assertFits(page, 'many servers');

  // Whichever way one goes, what has the focus is in sight: above what stays at the bottom, and below what stays at the top.
  const keys = new Keyboard(page);
  const assertInSight = () => eventually(async () => {
    const seen = await page.evaluate(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      const over = document.querySelector('.top').getBoundingClientRect().bottom;
      const under = document.querySelector('.import-foot').getBoundingClientRect().top;
      return { isIn: document.activeElement.closest('.import-foot') !== null || (top >= over && bottom <= under), top, bottom, over, under, text: document.activeElement.outerHTML.slice(0, 80) };
    });
    assert.ok(seen.isIn, JSON.stringify(seen));
  });
  await assertInSight();
  for (let step = 0; step < 30; step += 1) {
    await keys.press('Tab');
    await assertInSight();
  }
  for (let step = 0; step < 10; step += 1) {
    await keys.press('Shift+Tab');
    await assertInSight();
  }

  // Also beside a long list of reasons.
  await page.setViewportSize({ width: 360, height: 400 });
  assert.ok((await foot.boundingBox()).height <= 0.45 * 400 + 1, 'the foot leaves room');

  // The format is not cut where there is room for it.
  await page.setViewportSize({ width: 1280, height: 800 });
  const cut = await importing.format.evaluate((select) => {
    const own = select.getBoundingClientRect().width;
    select.style.inlineSize = 'max-content';
    const whole = select.getBoundingClientRect().width;
    select.style.inlineSize = '';
    return whole - own;
  });
  assert.ok(cut <= 0, `the format is cut by ${cut} px`);
  assert.ok((await importing.format.boundingBox()).width < 600, 'it is no wider than its words');
}
