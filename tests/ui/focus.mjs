// Where the focus is: in words for a failure, and as claims that wait until they hold.

import assert from 'node:assert/strict';

import { eventually, settled } from './claims.mjs';

/** What has the focus: its role or tag and its name. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return 'body';
    const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
    return `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${name.trim()}`;
  });
}

export async function hasFocus(page, locator, what) {
  await eventually(async () => {
    const isThere = await locator.evaluateAll((found) => found.includes(document.activeElement));
    assert.ok(isThere, `${what}: the focus is on ${await focused(page)}`);
  }, 4_000);
}

/** Somewhere, and it stays there once everything is drawn. */
export async function focusIsSomewhere(page, what) {
  await eventually(async () => assert.notEqual(await focused(page), 'body', what), 4_000);
  await settled(page);
  assert.notEqual(await focused(page), 'body', what);
}

/** The focus is in the open dialog, on a field or on what does the least. */
export async function beginsWell(page, dialog, first, what) {
  await hasFocus(page, first, what);
  const isInside = await dialog.evaluate((element) => element.contains(document.activeElement));
  assert.ok(isInside, `${what}: the focus is outside`);
  const { isClose, isDanger } = await page.evaluate(() => ({
    isClose: document.activeElement.getAttribute('aria-label') === 'Close',
    isDanger: document.activeElement.matches('.danger, .primary'),
  }));
  assert.deepEqual({ isClose, isDanger }, { isClose: false, isDanger: false }, what);
}
