// Another program's file may hold a server under a name that none could be given here: it is listed, and can be removed.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

const NAME = 'two words/and more';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, page } = visitor;
  await visible(list.table.getByText('Invalid name'));
  assert.deepEqual(await list.names(), ['fine'], 'its name leads nowhere');
  await list.more(NAME).click();
  assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Remove']);
  await page.getByRole('menuitem', { name: 'Remove', exact: true }).click();
  await list.removeNow('two words/and more').click();
  await visitor.seesToast(`${NAME} was removed`);
  assert.deepEqual(await stage.api.names(), ['fine']);
}
