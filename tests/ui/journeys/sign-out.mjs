// Who signs out leaves nothing for who signs in next: no text of an import, no value that was entered, no secret of a draft. A key that has
// only ended may go on with all of it; another one finds nothing.

import assert from 'node:assert/strict';

import { gone, visible } from '../claims.mjs';

const PASTED = 'pasted-secret-0b1c';
const ENTERED = 'entered-secret-2d3e';
const DRAFTED = 'drafted-secret-4f5a';

const TEXT = JSON.stringify({
  inputs: [{ type: 'promptString', id: 'k', description: 'Key', password: true }],
  servers: { asks: { url: 'https://asks.example/', headers: { 'X-Key': '${input:k}' } }, has: { command: 'x', env: { TOKEN: PASTED } } },
});

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  await stage.api.put('two', { command: 'two' });
  const visitor = await stage.guest('admin');
  const { list, editor, importing, signIn, page } = visitor;
  const key = () => importing.entry('asks').getByLabel('Key', { exact: true });
  const enter = async () => {
    await importing.open();
    await importing.read(TEXT);
    await key().fill(ENTERED);
  };
  const expire = async () => {
    await page.route('**/api/import?dry_run=true', (route) => route.fulfill({
      status: 401, contentType: 'application/problem+json', body: '{"type":"/problems/unauthorized","title":"Unauthorized","status":401}',
    }), { times: 1 });
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await list.isShown();
    await page.evaluate(() => { location.hash = '#/import'; });
    await signIn.isShown();
  };
  /** Nothing of it is in the page, in a field or behind a dialog. */
  const assertNowhere = async (what) => {
    const held = await page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map(({ value }) => value).join());
    for (const secret of [PASTED, ENTERED, DRAFTED]) assert.ok(!held.includes(secret), `${what}: ${secret}`);
  };

  // A key that has ended: the same one goes on.
  await enter();
  await expire();
  await signIn.withKey(stage.setting.keys.admin);
  await gone(signIn.heading);
  await importing.open();
  assert.equal(await importing.text.inputValue(), TEXT);
  assert.equal(await key().inputValue(), ENTERED);

  // Another one does not.
  await expire();
  await signIn.withKey(stage.setting.keys.writer);
  await gone(signIn.heading);
  await visible(importing.text);
  assert.equal(await importing.text.inputValue(), '');
  await assertNowhere('another key');
  await importing.read(TEXT);
  assert.equal(await key().inputValue(), '');

  // Signing out drops it for everybody, with drafts that hold a secret, and a way back to a text that was cleared. Other drafts stay.
  await key().fill(ENTERED);
  await page.getByRole('button', { name: 'Clear the text', exact: true }).click();
  await visible(page.getByRole('button', { name: 'Undo', exact: true }));
  await importing.read(TEXT);
  await key().fill(ENTERED);
  await visitor.goTo('#/servers/one');
  await editor.isShown('one');
  await editor.addPair('Environment', 1, 'TOKEN', DRAFTED);
  await visitor.goTo('#/servers/two');
  await editor.isShown('two');
  await editor.fill({ Description: 'no secret' });
  await importing.open();
  assert.equal(await key().inputValue(), ENTERED);
  await visitor.account.open();
  await visitor.account.signOut.click();
  await signIn.isShown();
  await assertNowhere('signed out');
  await signIn.withKey(stage.setting.keys.writer);
  await gone(signIn.heading);
  await visible(importing.text);
  assert.equal(await importing.text.inputValue(), '');
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  if (await undo.isVisible()) await undo.click();
  assert.equal(await importing.text.inputValue(), '');
  await assertNowhere('signed in again');
  await visitor.goTo('#/servers/two');
  await editor.isShown('two');
  assert.equal(await editor.field('Description').inputValue(), 'no secret');
  await visitor.goTo('#/servers/one');
  await editor.isShown('one');
  assert.equal(await page.getByLabel('Value 1', { exact: true }).count(), 0);
  await assertNowhere('the draft');
}
