// What axe-core finds on the screen as it is: nothing, or the journey fails with the places and the reasons.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { axeScript } from './packages.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

const script = await readFile(axeScript(), 'utf8');

export async function assertAccessible(page, what) {
  // It comes in through the debugger: the page's policy lets no script in.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(script);
  const violations = await page.evaluate(async (values) => {
    // What still moves would be measured half faded.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const found = await globalThis.axe.run(document, {
      runOnly: { type: 'tag', values }, resultTypes: ['violations'],
    });
    return found.violations.map(({ id, nodes }) => ({
      id, places: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`),
    }));
  }, RULES);
  assert.deepEqual(violations, [], what);
}

/** The same, and nothing is cut off at the width of the window. */
export async function assertFits(page, what) {
  const { width } = page.viewportSize();
  await assertAccessible(page, `${what} at ${width} px`);
  const by = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(by <= 0, `${what} is cut off at ${width} px`);
}
