// Who leaves before the service has answered finds nothing old when coming back, and learns what was not saved.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.owner();
  const { list, editor, conflict, page } = visitor;
  const comeBack = async (description) => {
    await stage.api.patch('one', { description });
    await visible(list.row('one').getByText(description));
    await list.edit('one');
    await editor.isShown('one');
    assert.equal(await editor.field('Description').inputValue(), description);
    await gone(conflict.banner);
  };

  let held = await holding(page, 'GET');
  await list.edit('one');
  await eventually(() => assert.equal(held.length, 1));
  await editor.back.click();
  await list.isShown();
  await Promise.all([held[0].continue(), page.waitForResponse('**/mcp-servers/one')]);
  await page.unroute('**/mcp-servers/one');
  await comeBack('after it was opened');

  held = await holding(page, 'PUT');
  await editor.fill({ 'Timeout (seconds)': '5' });
  await editor.save.click();
  await page.keyboard.press('Escape');
  await eventually(() => assert.equal(held.length, 1));
  await held[0].continue();
  await visitor.seesToast('one was saved');
  await gone(list.row('one').getByText('draft', { exact: true }));
  await comeBack('after it was saved');

  await editor.fill({ 'Timeout (seconds)': '6' });
  await editor.save.click();
  await page.keyboard.press('Escape');
  await eventually(() => assert.equal(held.length, 2));
  await held[1].abort();
  await visible(visitor.alert('one was not saved'));
  await visible(list.row('one').getByText('draft', { exact: true }));
  await page.getByRole('button', { name: 'Open the draft', exact: true }).click();
  await editor.isShown('one');
  assert.equal(await editor.field('Timeout (seconds)').inputValue(), '6');
  await page.unroute('**/mcp-servers/one');
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('one')).timeout, 6));
  await editor.back.click();

  // The way back does not lead to a draft that became a server.
  await list.newServer.click();
  await editor.isShown('Add server');
  await editor.fill({ Name: 'two', Command: 'two' });
  await editor.save.click();
  await editor.isShown('two');
  await page.goBack();
  await list.isShown();

  // A link that was used already takes nobody's key away.
  await page.evaluate(() => { location.hash = '#code=spent%'; });
  await eventually(() => assert.doesNotMatch(page.url(), /code/));
  await stage.api.put('three', { command: 'three' });
  await visible(list.row('three'));
  assert.equal(await visitor.signIn.heading.count(), 0);
}

/** Holds what is asked about the server by this method back. */
async function holding(page, method) {
  const held = [];
  await page.route('**/mcp-servers/one', (route) => {
    if (route.request().method() === method) held.push(route);
    else void route.fallback();
  });
  return held;
}
