// What comes of an import is said wherever the reader is by then; where its answer is lost, what is stored is shown. What is imported is
// gone from the screen, and what is replaced or cleared can be brought back.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

const of = (...names) => JSON.stringify({ mcpServers: Object.fromEntries(names.map((name) => [name, { command: name }])) });

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, importing, page } = visitor;
  const held = [];
  /** The next import waits until it is let go on, or is lost. */
  const hold = (act) => page.route('**/api/import', async (route) => {
    await new Promise((resolve) => { held.push(resolve); });
    await act(route);
  }, { times: 1 });
  const letGo = () => eventually(() => { assert.ok(held.length > 0); held.pop()(); });
  const leave = async () => {
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await list.isShown();
  };

  // Meanwhile it is another text for nobody.
  await importing.open();
  await importing.read(of('one'));
  await hold((route) => route.continue());
  await importing.submit.click();
  await eventually(async () => assert.deepEqual(await importing.text.evaluate((field) => [field.readOnly, field.disabled]), [true, false]));
  assert.ok(await importing.format.isDisabled());
  await page.getByRole('button', { name: 'Clear the text', exact: true }).click();
  assert.equal(await importing.text.inputValue(), of('one'));
  await letGo();
  await visible(importing.said.getByText('1 server was imported.', { exact: true }));

  // Come back to, all of it is gone.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await list.isShown();
  await importing.open();
  assert.equal(await importing.text.inputValue(), '');
  assert.equal(await importing.found.count(), 0);

  // Left meanwhile, it is said where the reader is: done, or not and why.
  await importing.read(of('two'));
  await hold((route) => route.continue());
  await importing.submit.click();
  await leave();
  await letGo();
  await visitor.seesToast('1 server was imported.');
  await importing.open();
  assert.equal(await importing.text.inputValue(), '');
  await importing.read(of('three'));
  await hold((route) => route.fulfill({
    status: 503, contentType: 'application/problem+json', body: '{"type":"/problems/busy","title":"Busy","status":503,"detail":"Try later."}',
  }));
  await importing.submit.click();
  await leave();
  await letGo();
  await visible(visitor.alert('The import is not done: Busy. Try later.'));
  await page.getByRole('button', { name: 'Open the import', exact: true }).click();
  await visible(importing.heading);
  await importing.isRead();
  assert.equal(await importing.text.inputValue(), of('three'));
  assert.deepEqual((await stage.api.names()).toSorted(), ['one', 'two']);

  // The answer is lost, and all is stored: so it is said.
  const lose = (act) => page.route('**/api/import', async (route) => {
    await act(route);
    await route.abort();
  }, { times: 1 });
  await lose((route) => route.fetch());
  await importing.submit.click();
  await visible(visitor.status('The answer of the service did not arrive, but all that you chose is stored.'));
  await visible(importing.said.getByText('1 server was imported.', { exact: true }));
  await assertAccessible(page, 'an answer that was lost');
  assert.equal(await importing.submit.count(), 0);
  assert.ok((await stage.api.names()).includes('three'));

  // Elsewhere it is said without what can only be seen there.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await importing.open();
  await importing.read(of('nine'));
  await hold((route) => route.abort());
  await importing.submit.click();
  await leave();
  await letGo();
  await visible(visitor.alert('The answer to the import did not arrive. Open the import to see what is stored.'));
  await page.getByRole('button', { name: 'Open the import', exact: true }).last().click();
  await visible(importing.entry('nine').getByText('New', { exact: true }));
  await importing.isRead();
  await importing.import('1 server was imported.');

  // Or it never came to the service: what is there is shown, and it is imported again.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await importing.open();
  await importing.read(of('four', 'five'));
  await lose(() => stage.api.put('five', { command: 'five' }));
  await importing.submit.click();
  await visible(visitor.alert('The answer of the service did not arrive, and the servers may have been stored.'));
  await visible(importing.entry('five').getByText('Already stored'));
  await visible(importing.entry('four').getByText('New', { exact: true }));
  await importing.import('1 server was imported.');

  // While the service can't be asked, that is said; once it can, what is there.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await importing.open();
  await importing.read(of('eight'));
  await page.route('**/api/import?dry_run=true', (route) => route.abort(), { times: 1 });
  await lose((route) => route.fetch());
  await importing.submit.click();
  await visible(visitor.alert('The servers may have been stored: look again once it is back.'));
  await page.getByRole('button', { name: 'Try again', exact: true }).click();
  await visible(visitor.status('The answer of the service did not arrive, but all that you chose is stored.'));

  // Of a part that was left there is the rest.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await importing.open();
  await importing.read(JSON.stringify({ mcpServers: { six: { command: 'six' }, bad: 7 } }));
  await importing.leaveOut.check();

  // What is cleared comes back with what was chosen, and the cursor; what a file replaces, too.
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  await importing.choice('six', 'Add as…').check();
  await importing.newName('six').fill('sixth');
  await page.getByRole('button', { name: 'Clear the text', exact: true }).click();
  await gone(importing.found);
  await undo.click();
  await hasFocus(page, importing.text, 'the text that came back');
  await importing.isRead();
  assert.ok(await importing.leaveOut.isChecked());
  assert.equal(await importing.newName('six').inputValue(), 'sixth');
  await importing.file.setInputFiles({ name: 'other.json', mimeType: 'application/json', buffer: Buffer.from(of('seven')) });
  await visible(importing.entry('seven'));
  await visitor.seesToast('other.json is in the place of the text');
  await undo.click();
  await hasFocus(page, importing.text, 'the text that came back');
  await visible(importing.entry('six'));
  await importing.isRead();
  assert.equal(await importing.newName('six').inputValue(), 'sixth');
  await importing.import('1 server was imported.');
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await importing.open();
  assert.match(await importing.text.inputValue(), /bad/);
  await visible(importing.entry('six').getByText('New', { exact: true }));
}
