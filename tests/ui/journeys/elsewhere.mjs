// A service that does not run the servers shows what is known of them, says once why it can do nothing with them, and offers nothing.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { visible } from '../claims.mjs';
import { Operator, program } from '../programs.mjs';

export default async function (stage) {
  const { off = false } = stage.setting;
  const operator = await Operator.of(stage);
  await operator.put('birds', program('say=listening'), off ? undefined : { start: 'always' });
  await operator.once('birds', off ? 'unapproved' : 'running');
  const visitor = await stage.guest('operator');
  const { list, running, page } = visitor;
  const why = off ? 'This service runs no servers.' : 'Another service runs these servers.';
  await visible(visitor.status(why));
  assert.equal(await page.locator('.notices > *').count(), 1);
  await visible(list.status('birds').getByText(off ? /^Not run here$/ : /^(Healthy|Not checked)/));
  await list.edit('birds');
  await running.view('Status').click();
  await visible(running.fact('Calls'));
  assert.deepEqual(await running.status.getByRole('button').allTextContents(), ['Refresh']);
  await assertAccessible(page, 'a server that is run elsewhere');
}
