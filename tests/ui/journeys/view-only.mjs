// Who may only read, because of the key or because of the document, never sees a control that writes: not for a moment,
// on no screen, by no address and by no key of the keyboard.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { assertAccessible } from '../axe.mjs';
import { gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { WriteControls } from '../write-controls.mjs';

const NAMES = ['local', 'remote'];
/** What the keyboard might do to a page that can write. */
const SHORTCUTS = ['n', 'e', 'ControlOrMeta+s', 'ControlOrMeta+z', 'Delete', 'ControlOrMeta+v'];

export default async function (stage) {
  // What is not known yet is not offered either: the answer takes its time.
  const { key, reason, document } = stage.setting;
  const before = await readFile(document, 'utf8');
  for (const address of ['#/', '#/servers/local', '#/new/new%3A1', '#/import']) {
    const { visitor, controls } = await arrive(stage, address, key);
    const { list, page } = visitor;
    await visible(page.getByText(reason).first());
    await controls.assertNoneSoFar(`at ${address}`);
    for (const shortcut of SHORTCUTS) await page.keyboard.press(shortcut);
    await controls.assertNoneSoFar(`the keyboard at ${address}`);
    await page.keyboard.press('?');
    const help = visitor.dialog('Keyboard shortcuts');
    await visible(help);
    assert.doesNotMatch(await help.innerText(), /add a server|save|undo|edit/i);
    await page.keyboard.press('Escape');
    await gone(help);
    if (address !== '#/') await page.keyboard.press('Escape');
    await list.isShown();
    await visible(list.row('local'));
    assert.deepEqual(await list.names(), NAMES);
    assert.equal(await page.getByRole('button', { name: /^More/ }).count(), 0);
    await visible(list.row('remote').getByText('Off', { exact: true }));
    await controls.assertNoneSoFar(`the list after ${address}`);
  }

  // What is stored can all be seen.
  const { visitor, controls } = await arrive(stage, '#/', key);
  const { list, page } = visitor;
  await list.link('local').focus();
  await page.keyboard.press('e');
  await visible(page.getByRole('heading', { level: 1, name: 'local', exact: true }));
  await assertAccessible(page, 'a server to be seen only');
  // What its name says is no secret is in clear.
  await visible(page.getByText('verbose', { exact: true }));
  const shown = await page.locator('main').innerText();
  for (const text of ['npx', '-y', 'some server', 'TOKEN', 'A description', '30', 'x-more']) assert.ok(shown.includes(text), text);
  assert.doesNotMatch(shown, /s3cret|\[REDACTED\]/);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await list.link('remote').click();
  await visible(page.getByText('https://remote.example/mcp').first());
  await page.goBack();
  await hasFocus(page, list.link('remote'), 'back is where it came from');
  await controls.assertNoneSoFar('in the end');
  assert.equal(await readFile(document, 'utf8'), before);
}

async function arrive(stage, address, key) {
  const visitor = await stage.visitor();
  const controls = await WriteControls.watchedOn(visitor);
  await visitor.page.route('**/api/session', async (route) => {
    if (route.request().method() === 'GET') await new Promise((resolve) => setTimeout(resolve, 150));
    await route.continue();
  });
  await visitor.goTo(address);
  await visitor.signIn.withKey(stage.setting.keys[key]);
  return { visitor, controls };
}
