// The bar above every screen says how the page is connected and, in a panel, who the reader is to the service: the key,
// what it allows and until when, for an administrator the file, the version; the theme and the way out are there, too.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const header = (visitor) => visitor.page.getByRole('banner');
  const version = (await stage.api.send('GET', '/api/session')).body.version;

  const admin = await stage.guest('admin');
  const { account, page } = admin;
  const keys = page.keyboard;
  await visible(header(admin).getByText('Live', { exact: true }));
  assert.equal(await account.opener.innerText(), 'admin');
  // Nothing but words, help and the one button is in the bar.
  assert.deepEqual(await header(admin).getByRole('button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))), ['Help', 'Account: admin']);
  await account.opener.focus();
  await keys.press('Enter');
  await hasFocus(page, account.panel, 'the panel');
  assert.deepEqual(await account.facts(), {
    Key: 'admin', Access: 'Read and write, reveal secrets, administer', 'Settings file': stage.setting.document, Version: version,
  });
  await assertAccessible(page, 'the panel');
  // A key of the list is no key of the panel.
  await keys.press('n');
  await keys.press('Escape');
  await gone(account.panel);
  await hasFocus(page, account.opener, 'after Escape');
  assert.match(page.url(), /\/(#\/)?$/);
  await keys.press('Enter');
  await keys.press('Shift+Tab');
  await gone(account.panel);
  for (const path of ['/openapi.json', '/schemas/mcp-server.json']) {
    if (!await account.panel.isVisible()) await account.open();
    const link = account.panel.locator(`a[href$="${path}"]`);
    const answer = await fetch(new URL(await link.getAttribute('href'), stage.setting.address));
    assert.equal(answer.status, 200, path);
  }
  await admin.list.heading.click();
  await gone(account.panel);

  // A session ends; a key that may only read says so, and is shown no path.
  const owner = await stage.owner();
  await owner.account.open();
  await eventually(async () => assert.deepEqual(Object.keys(await owner.account.facts()), ['Key', 'Access', 'Session', 'Settings file', 'Version']));
  assert.match((await owner.account.facts()).Session, /^Ends after (8 hours|\d+ minutes) without use$/);
  const reader = await stage.guest('reader', { viewport: { width: 320, height: 640 } });
  await reader.account.open();
  assert.deepEqual(await reader.account.facts(), { Key: 'reader', Access: 'Read only', Version: version });
  const box = await reader.account.panel.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));

  // The word for the connection.
  await stage.stop();
  await visible(header(admin).getByText('Offline', { exact: true }));
  await stage.startAgain();
  await visible(header(admin).getByText('Live', { exact: true }));
}
