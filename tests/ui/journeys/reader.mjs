// A key loses the scope `write` while its owner edits: the first refused write is said, costs nothing that was typed, and from
// then on nothing that writes is offered.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.visitor();
  const { list, editor, page } = visitor;
  // What the service said before the scope was taken away.
  await page.route('**/api/session', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('["read"]', '["read","write"]');
    await route.fulfill({ response: answer, body });
  });
  await visitor.open(`${stage.setting.address}/`);
  await visitor.signIn.withKey(stage.setting.keys.reader);
  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ Description: 'without effect' });
  await editor.save.click();
  await visible(visitor.status('This key may only read.'));
  await visible(page.getByText('Your draft is kept', { exact: false }));
  await gone(editor.save);
  await page.getByRole('button', { name: 'Back', exact: true }).click();

  await gone(list.enabled('one'));
  await gone(list.newServer);
  await visible(list.row('one').getByText('draft'));
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('one'), { command: 'one' }));

  // With a key that may, what was typed is there again.
  await stage.stop();
  await visible(visitor.unreachable);
  await page.unroute('**/api/session');
  await stage.startAgain();
  await gone(visitor.unreachable);
  await page.evaluate((code) => { location.hash = `#code=${code}`; }, stage.setting.code);
  await visible(list.enabled('one'));
  await list.edit('one');
  await editor.isShown('one');
  assert.equal(await editor.field('Description').inputValue(), 'without effect');
}
