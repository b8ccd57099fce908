// At 200 % zoom and at the width of a phone nothing is cut off, nothing scrolls sideways, and all can be done.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

const SCREENS = [
  { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  { viewport: { width: 320, height: 640 }, deviceScaleFactor: 1 },
];

export default async function (stage) {
  await stage.api.put('a-server-with-quite-a-long-name.of-the-team@example', {
    command: '/opt/tools/with/a/very/long/path/to/some/program', args: ['--option=value', '-y'],
    env: { A_VARIABLE_WITH_A_VERY_LONG_NAME_THAT_DOES_NOT_WRAP: 's3cret' },
  });
  await stage.api.put('short', { url: 'https://a-long-host-name.department.example.com/mcp', description: 'x' });
  for (const [index, screen] of SCREENS.entries()) {
    const visitor = await stage.guest('admin', screen);
    const { list, editor, importing, conflict, page } = visitor;
    const fits = (what) => assertFits(page, `${what} at ${screen.viewport.width} px`);
    await fits('the list');
    await list.more('short').click();
    await visible(page.getByRole('menuitem', { name: 'Rename', exact: true }));
    await fits('a menu');
    await page.keyboard.press('Escape');
    await list.edit('a-server-with-quite-a-long-name.of-the-team@example');
    await visible(editor.save);
    await fits('the editor');
    await editor.json.click();
    await fits('the raw editor');
    await editor.back.click();

    await list.edit('short');
    await editor.isShown('short');
    await editor.fill({ Description: `mine ${index}` });
    await stage.api.patch('short', { description: `theirs ${index}` });
    await visible(conflict.banner);
    await fits('the banner');
    await editor.save.click();
    await visible(conflict.dialog);
    await fits('the conflict');
    await conflict.choice('Description', 'Yours').check();
    await conflict.use.click();
    await editor.save.click();
    await visitor.seesToast('short was saved');
    await visitor.goTo('#/import');
    if (await visitor.signIn.heading.isVisible()) await visitor.signIn.withKey(stage.setting.keys.admin);
    await visible(importing.heading);
    await importing.text.fill('{"mcpServers": {"x": {"command": "run"}, "y": {"args": 1}}}');
    await visible(importing.found);
    await fits('importing');
  }
}

async function assertFits(page, what) {
  const cut = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const reaches = (element) => element.getBoundingClientRect().right > innerWidth + 1;
    const wide = [...document.querySelectorAll('button, input, select, textarea, a, h1')].filter(reaches);
    return { by: Math.max(0, scrollWidth - clientWidth), wide: wide.map((element) => element.outerHTML.slice(0, 120)) };
  });
  assert.deepEqual(cut, { by: 0, wide: [] }, what);
}
