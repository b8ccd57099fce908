// On a phone saving is at hand wherever one is in the editor, nothing to be pressed is small, and nothing is covered.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, visible } from '../claims.mjs';

const PHONE = { viewport: { width: 390, height: 760 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };
/** What a finger hits, in CSS pixels. */
const LEAST = 44;

export default async function (stage) {
  await stage.api.put('vault', {
    command: 'npx', args: ['-y', 'server', '--token=ghp_abcdefghij0123456789'], env: { API_KEY: 'x', OTHER: 'y', LOG_LEVEL: 'debug' },
  });
  const visitor = await stage.guest('admin', PHONE);
  const { list, editor, importing, page } = visitor;
  await list.link('vault').tap();
  await editor.isShown('vault');
  const isAtHand = async (what) => {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const { top, bottom, isHit } = await editor.save.evaluate((button) => {
      const box = button.getBoundingClientRect();
      const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return { top: box.top, bottom: box.bottom, isHit: button.contains(hit) };
    });
    assert.ok(top >= 0 && bottom <= PHONE.viewport.height && isHit, `${what}: ${top} to ${bottom}, ${isHit ? '' : 'covered'}`);
  };
  await isAtHand('at the top');
  await editor.edit('OTHER').tap();
  await editor.cell('Environment', 'Value 2').fill('typed');
  await isAtHand('at a secret');
  await large(page, 'the editor');
  await assertAccessible(page, 'the editor on a phone');
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await isAtHand('at the end');
  // What has the focus is not behind the bar.
  const last = editor.group('Exclude tags').getByRole('button', { name: 'Add excluded tag', exact: true });
  for (const field of [editor.field('Read timeout (seconds)'), last, editor.field('Description')]) {
    await field.focus();
    await eventually(async () => {
      const isSeen = await field.evaluate((element) => {
        const box = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
      });
      assert.ok(isSeen, 'it is covered');
    });
  }
  await editor.save.tap();
  await visitor.seesToast('vault was saved');
  assert.equal((await stage.api.plaintext('vault')).env.OTHER, 'typed');
  await isAtHand('after saving');
  await editor.json.tap();
  await large(page, 'the JSON');
  await isAtHand('in the JSON');
  await editor.back.tap();
  await visitor.goTo('#/import');
  if (await visitor.signIn.heading.isVisible()) await visitor.signIn.withKey(stage.setting.keys.admin);
  await visible(importing.heading);
  await importing.text.fill('{"mcpServers": {"x": {"command": "run"}}}');
  await visible(importing.found);
  await large(page, 'importing');
}

/** Nothing in the main part is smaller than a finger. */
async function large(page, what) {
  const small = await page.evaluate((least) => {
    const all = document.querySelectorAll('main :is(button, input, select, textarea, summary, [role=tab], .segment)');
    const isPart = (element) => element.matches('.segment > input, .check > input') || element.checkVisibility({ visibilityProperty: true }) === false;
    return [...all].filter((element) => !isPart(element) && element.getBoundingClientRect().height < least - 0.5)
      .map((element) => `${element.getBoundingClientRect().height} ${element.outerHTML.slice(0, 140)}`);
  }, LEAST);
  assert.deepEqual(small, [], what);
}
