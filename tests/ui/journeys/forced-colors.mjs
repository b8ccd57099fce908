// Where the reader's system chooses the colours, what is chosen, on, or has the focus looks unlike the same thing when it is
// not. Compared by pictures, since styles that are asked for need not be what is drawn.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { Pixels } from '../pixels.mjs';

/** Fewer dots than these could be the smoothing of letters. */
const SEEN = 0.08;
/** A ring around something is thin. */
const RING = 0.02;

export default async function (stage) {
  await stage.api.put('one', { command: 'one', env: { TOKEN: 'secret' } });
  await stage.api.put('two', { command: 'two' });
  for (const colorScheme of ['light', 'dark']) {
    const visitor = await stage.guest('admin', { forcedColors: 'active', colorScheme, reducedMotion: 'reduce' });
    const { list, editor, conflict, page } = visitor;
    const pixels = await Pixels.in(visitor.context);
    await page.bringToFront();
    const shot = async (locator) => {
      await page.mouse.move(1, 1);
      await page.evaluate(() => document.activeElement?.blur());
      return locator.screenshot({ animations: 'disabled' });
    };
    const differs = async (what, locator, change, least = SEEN) => {
      const before = await shot(locator);
      await change();
      const after = await shot(locator);
      const share = await pixels.difference(before, after);
      assert.ok(share > least, `${what} in ${colorScheme}: only ${share.toFixed(3)} differs`);
    };

    await differs('a switch', list.enabled('one'), async () => {
      const was = await list.enabled('one').getAttribute('aria-checked');
      await list.enabled('one').click();
      await eventually(async () => assert.notEqual(await list.enabled('one').getAttribute('aria-checked'), was));
      await eventually(async () => assert.equal(await list.enabled('one').getAttribute('aria-busy'), null));
    });
    await list.more('one').click();
    const item = page.getByRole('menuitem', { name: 'Rename', exact: true });
    const resting = await item.screenshot();
    await item.hover();
    assert.ok(await pixels.difference(resting, await item.screenshot()) > RING, `a menu's item in ${colorScheme}`);
    await page.keyboard.press('Escape');

    await list.edit('one');
    await editor.isShown('one');
    await differs('a tab', editor.json, () => editor.json.click());
    await differs('a tab that is left', editor.json, () => editor.form.click());
    const segment = (radio) => radio.locator('xpath=..');
    for (const [what, radio, other] of [
      ['a transport', editor.transport('HTTP'), editor.transport('stdio')],
    ]) {
      await differs(what, segment(radio), () => radio.check());
      await differs(`${what} that is left`, segment(radio), () => other.check());
    }

    // Who has the focus is to be seen on each of them, chosen or not.
    for (const [what, element, drawn] of [
      ['a chosen tab', editor.form, editor.form],
      ['a chosen transport', editor.transport('stdio'), segment(editor.transport('stdio'))],
      ['a field', editor.field('Command'), editor.field('Command')],
      ['the main button', editor.save, editor.save],
    ]) {
      await page.keyboard.press('Shift');
      const box = await drawn.boundingBox();
      const clip = { x: box.x - 6, y: box.y - 6, width: box.width + 12, height: box.height + 12 };
      await shot(drawn);
      const before = await page.screenshot({ clip });
      await page.keyboard.press('Shift');
      await element.focus();
      assert.ok(await pixels.difference(before, await page.screenshot({ clip })) > RING, `the focus on ${what} in ${colorScheme}`);
    }

    await editor.fill({ Description: `mine in ${colorScheme}` });
    await stage.api.patch('one', { description: `theirs in ${colorScheme}` });
    await visible(conflict.banner);
    await editor.save.click();
    const mine = conflict.choice('Description', 'Yours');
    await differs('whose comes out', segment(mine), () => mine.check());
    await conflict.cancel.click();
    await editor.back.click();

    // A row that somebody else has just changed, and one that is about to go.
    const row = list.row('two');
    await differs('a row that goes', row, () => list.choose('two', 'Remove'), RING);
    await list.undo('two').click();
  }
}
