// What there is under the names of a text already: the same is left, what differs is shown and replaced, merged or left, as the reader
// chooses. What somebody else changes meanwhile is never overwritten.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';

const SECRET = 'stored-secret-31c5';
const NEW_SECRET = 'pasted-secret-77ab';

const TEXT = {
  same: { command: 'same', args: ['a'] },
  replaced: { url: 'https://new.example/mcp' },
  merged: { command: 'merged', args: ['b'], env: { TOKEN: NEW_SECRET, ADDED: 'x' } },
  skipped: { command: 'other' },
  added: { command: 'added', args: ['--api-key=canary-argument'] },
};

export default async function (stage) {
  const stored = {
    same: TEXT.same,
    replaced: { url: 'https://old.example/mcp', description: 'of before', headers: { 'X-Key': SECRET } },
    merged: { command: 'merged', args: ['a'], env: { TOKEN: SECRET, KEPT: SECRET }, description: 'stays' },
    skipped: { command: 'skipped' },
  };
  for (const [name, config] of Object.entries(stored)) await stage.api.put(name, config);
  const visitor = await stage.owner();
  const { list, importing, page } = visitor;
  const keys = new Keyboard(page);
  await list.import.first().click();
  await importing.read(JSON.stringify({ mcpServers: TEXT }));
  for (const [name, state] of [['same', 'Already stored'], ['replaced', 'Differs from what is stored'], ['added', 'New']]) {
    await visible(importing.entry(name).getByText(state, { exact: true }));
  }
  assert.ok(await importing.choice('same', 'Skip').isChecked());
  await visible(page.getByText('3 servers differ from what is stored.', { exact: true }));

  // The difference, and what each choice comes to, without any secret.
  const rows = async (name) => (await importing.difference(name)).map((cells) => cells.join(' | ')).toSorted();
  assert.deepEqual(await rows('replaced'), [
    'Description | of before | absent | –', 'Headers: X-Key | secret | absent | –', 'URL | https://old.example/mcp | https://new.example/mcp | –',
  ]);
  await importing.choice('replaced', 'Replace').check();
  assert.deepEqual((await importing.difference('replaced')).map((cells) => cells.at(-1)).toSorted(), ['from the text', 'removed', 'removed']);
  // With the arrows, as every such group.
  await keys.tabTo(importing.choice('merged', 'Replace'));
  await keys.press('Space');
  await keys.press('ArrowRight');
  assert.ok(await importing.choice('merged', 'Merge').isChecked());
  const merged = await rows('merged');
  assert.ok(merged.includes('Description | stays | absent | stays'), merged.join('\n'));
  assert.ok(merged.includes('Environment: TOKEN | secret | another secret | from the text'), merged.join('\n'));
  assert.ok(merged.includes('Environment: KEPT | secret | absent | stays'), merged.join('\n'));
  await importing.choice('skipped', 'Skip').check();
  await assertAccessible(page, 'differences');
  const shown = await page.evaluate(() => document.documentElement.outerHTML);
  for (const secret of [SECRET, NEW_SECRET, 'canary-argument']) assert.ok(!shown.includes(secret), 'a secret is on the page');

  // Somebody else changes one: the choice for it is of another difference, and is asked for again.
  await stage.api.patch('replaced', { description: 'of now' });
  await eventually(async () => assert.ok((await rows('replaced')).includes('Description | of now | absent | –')));
  assert.ok(!await importing.choice('replaced', 'Replace').isChecked());
  const askedAgain = 'Somebody else changed what is stored under this name. Choose again.';
  await visible(importing.entry('replaced').getByText(askedAgain));
  await importing.choice('replaced', 'Replace').check();
  await gone(page.getByText(askedAgain));

  // What does not depend on what is stored stays chosen, with the name that is being typed and the focus.
  await importing.choice('skipped', 'Add as…').check();
  await importing.newName('skipped').fill('typed-here');
  await importing.choice('added', 'Add').focus();
  await stage.api.put('added', { command: 'of somebody else' });
  await visible(importing.entry('added').getByText('Differs from what is stored'));
  await hasFocus(page, importing.choice('added', 'Replace'), 'the group whose choice is gone');
  await importing.newName('skipped').focus();
  await stage.api.patch('skipped', { description: 'of now' });
  await stage.api.remove('added');
  await visible(importing.entry('added').getByText('New', { exact: true }));
  assert.ok(await importing.choice('skipped', 'Add as…').isChecked());
  assert.equal(await importing.newName('skipped').inputValue(), 'typed-here');
  await hasFocus(page, importing.newName('skipped'), 'the name that is being typed');
  await importing.choice('skipped', 'Skip').check();
  const readAgain = page.waitForResponse('**/api/import?dry_run=true');
  await stage.api.put('skipped', stored.skipped);
  await readAgain;
  await importing.isRead();
  assert.ok(await importing.choice('skipped', 'Skip').isChecked());

  // The same behind the page's back: the service refuses all of it, and the difference is shown as it is now.
  await page.route('**/api/import', async (route) => {
    await stage.api.patch('replaced', { description: 'of later' });
    await route.continue();
  }, { times: 1 });
  await importing.submit.click();
  const refused = visitor.alert('Somebody else changed a server meanwhile. Nothing was imported. Look at the differences again.');
  await visible(refused);
  assert.equal(await stage.api.plaintext('added'), null, 'all or nothing');
  await eventually(async () => assert.ok((await rows('replaced')).includes('Description | of later | absent | –')));
  await stage.api.patch('replaced', { description: 'of the end' });
  await eventually(async () => assert.ok((await rows('replaced')).includes('Description | of the end | absent | –')));
  assert.ok(await refused.isVisible(), 'it is read, whatever others go on doing');
  await assertAccessible(page, 'a conflict');
  await importing.submit.click();
  await visible(importing.said.getByText('Choose what to do with replaced first.'));
  await hasFocus(page, importing.choice('replaced', 'Replace'), 'what is to be chosen again');
  await keys.press('Space');
  await keys.press('ControlOrMeta+s');
  await visible(importing.said.getByText('3 servers were imported.', { exact: true }));
  assert.deepEqual(await stage.api.plaintext('replaced'), TEXT.replaced);
  assert.deepEqual(await stage.api.plaintext('merged'), {
    command: 'merged', args: ['b'], env: { TOKEN: NEW_SECRET, KEPT: SECRET, ADDED: 'x' }, description: 'stays',
  });
  assert.deepEqual(await stage.api.plaintext('skipped'), stored.skipped);
  assert.deepEqual(await stage.api.plaintext('added'), TEXT.added);
  await assertAccessible(page, 'what was imported');

  // All that differ at once.
  await page.getByRole('button', { name: 'Go to the list', exact: true }).click();
  await list.isShown();
  await list.import.click();
  await importing.read(JSON.stringify({ mcpServers: { skipped: { command: 'one' }, same: { command: 'two' } } }));
  await page.getByRole('button', { name: 'Merge all', exact: true }).click();
  for (const name of ['skipped', 'same']) assert.ok(await importing.choice(name, 'Merge').isChecked());
  await importing.import('2 servers were imported.');
  assert.deepEqual(await stage.api.plaintext('same'), { command: 'two', args: ['a'] });

  // What this page did is nobody else's change.
  await page.keyboard.press('Escape');
  await visible(list.row('same').getByText(/by you/));
}
