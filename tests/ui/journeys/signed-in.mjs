// A link signs in for long: a reload, a second tab and a restart of the service keep it, and signing out in one tab is
// signing out in all.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { Visitor } from '../visitor.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const first = await stage.owner();
  const tabs = [first];
  const newTab = async () => {
    const tab = new Visitor(first.context, await first.context.newPage(), stage.setting.address);
    stage.visitors.push(tab);
    tabs.push(tab);
    await tab.open(`${stage.setting.address}/`);
    return tab;
  };
  const areSignedIn = async () => {
    for (const tab of tabs) {
      await visible(tab.list.row('one'));
      await gone(tab.signIn.heading);
    }
  };
  const signOut = async (tab) => {
    await tab.account.open();
    await tab.account.signOut.click();
  };

  await first.page.reload();
  await areSignedIn();
  await newTab();
  await areSignedIn();
  const key = await first.page.evaluate(() => Object.values(sessionStorage)[0]);
  assert.match(key, /^mcp-session-/);
  const session = async () => {
    const answer = await fetch(`${stage.setting.address}/api/session`, { headers: { 'X-Session-API-Key': key } });
    return answer.status;
  };
  assert.equal(await session(), 200);

  await stage.stop();
  for (const tab of tabs) await visible(tab.unreachable);
  await stage.startAgain();
  for (const tab of tabs) await gone(tab.unreachable);
  await areSignedIn();
  await first.page.reload();
  await areSignedIn();

  // A draft in the other tab is kept.
  const [, second] = tabs;
  await second.list.edit('one');
  await second.editor.isShown('one');
  await second.editor.fill({ Description: 'kept' });
  await signOut(first);
  for (const tab of tabs) await tab.signIn.isShown();
  await eventually(async () => assert.equal(await session(), 401));
  for (const tab of tabs) assert.equal(await tab.page.evaluate(() => sessionStorage.length), 0);
  await first.page.reload();
  await first.signIn.isShown();

  // A new link signs in, and with it the tabs that are signed out.
  const { body: { link } } = await stage.api.send('POST', '/api/session/links');
  await first.open(`${stage.setting.address}/${new URL(link).hash}`);
  await visible(first.list.row('one'));
  await gone(second.signIn.heading);
  assert.equal(await second.editor.field('Description').inputValue(), 'kept');

  // Another browser is not signed in.
  const stranger = await stage.visitor();
  await stranger.open(`${stage.setting.address}/`);
  await stranger.signIn.isShown();
  await visible(first.list.row('one'));

  // A key that is typed is in this tab's memory only.
  await stranger.signIn.withKey(stage.setting.keys.admin);
  await visible(stranger.list.row('one'));
  assert.equal(await stranger.page.evaluate(() => sessionStorage.length), 0);
  await signOut(stranger);
  await stranger.signIn.isShown();
  await visible(first.list.row('one'));
}
