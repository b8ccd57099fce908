// A message covers neither the field that is typed into nor the bar for selected servers.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  for (let index = 0; index < 30; index += 1) await stage.api.put(`server-${index}`, { command: 'x', args: ['one', 'two', 'three', 'four'] });
  for (const viewport of [{ width: 390, height: 640 }, { width: 1024, height: 640 }]) {
    const visitor = await stage.guest('admin', { viewport });
    const { list, editor, page } = visitor;
    const toast = page.getByRole('region', { name: 'Messages', exact: true }).locator('> *').first();
    const isApart = async (other, what) => eventually(async () => {
      const [own, theirs] = [await toast.boundingBox(), await other.boundingBox()];
      const isBeside = own.x >= theirs.x + theirs.width || own.x + own.width <= theirs.x;
      const isAbove = own.y >= theirs.y + theirs.height || own.y + own.height <= theirs.y;
      assert.ok(isBeside || isAbove, `${what} at ${viewport.width} px: ${JSON.stringify([own, theirs])}`);
      assert.ok(own.y >= 0 && own.y + own.height <= viewport.height, `the message is out of sight at ${viewport.width} px`);
    });

    await list.select('server-1').check();
    await list.select('server-2').check();
    await list.bulk(viewport.width === 390 ? 'Disable' : 'Enable').click();
    await visible(toast);
    await isApart(list.bar, 'the bar');
    await list.bulk('Clear selection').click();

    // A field at the very edge of the window, and a message that comes while it is typed into.
    await list.edit('server-3');
    await editor.isShown('server-3');
    const field = editor.cell('Arguments', 'Argument 4');
    await field.focus();
    await field.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await page.keyboard.type(' more');
    await page.keyboard.press('ControlOrMeta+s');
    await visitor.seesToast('server-3 was saved');
    await isApart(field, 'the field');
    assert.ok(await field.evaluate((element) => element === document.activeElement));
  }
}
