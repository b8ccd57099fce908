// Every place has an address of its own; going back and forth, or leaving an editor with Escape, keeps every draft.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  await stage.api.put('two', { command: 'two' });
  const visitor = await stage.visitor();
  const { list, editor, importing, page } = visitor;
  await visitor.goTo('#/servers/two');
  await visitor.signIn.isShown();
  await visitor.signIn.withKey(stage.setting.keys.admin);
  await editor.isShown('two');
  await editor.fill({ Description: 'draft of two' });
  await page.keyboard.press('Escape');
  await list.isShown();
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'draft of one' });
  await page.goBack();
  await list.isShown();
  await list.newServer.first().click();
  await editor.isShown('Add server');
  await editor.field('Name').fill('three');
  await page.goBack();
  await list.isShown();
  await page.goForward();
  await editor.isShown('Add server');
  assert.equal(await editor.field('Name').inputValue(), 'three');
  await page.goBack();
  await list.import.first().click();
  await visible(importing.heading);
  await importing.text.fill('a text that is nothing');
  await page.goBack();
  await list.isShown();
  for (const name of ['one', 'two']) {
    await visible(list.row(name).getByText('draft', { exact: true }));
    await list.edit(name);
    await editor.isShown(name);
    assert.equal(await editor.field('Description').inputValue(), `draft of ${name}`);
    await editor.back.click();
    await list.isShown();
  }
  await list.import.first().click();
  assert.equal(await importing.text.inputValue(), 'a text that is nothing');
  await page.goBack();

  // A server that is not there has no editor, and the page goes on.
  await visitor.page.evaluate(() => { location.hash = '#/servers/nowhere'; });
  await eventually(async () => assert.match(await page.locator('main').innerText(), /nowhere/));
  await page.goBack();
  await list.isShown();
  assert.deepEqual(await list.names(), ['one', 'two']);
}
