// What can't go on has a way out where it is said: a stored server that makes no sense is replaced or removed, a URL without
// a scheme gets one, and each fault is said once, by the name of its field.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';
import { descriptionOf } from '../fields.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  const button = (name) => page.getByRole('button', { name, exact: true });
  const unreadable = visitor.alert('is not a valid configuration');

  // Left again it stays as it is, and without a draft.
  await list.edit('broken');
  await visible(unreadable);
  assert.doesNotMatch(await page.locator('main').innerText(), /PUT|\/args/);
  await assertAccessible(page, 'a server that makes no sense');
  await button('Replace…').click();
  await editor.isShown('broken');
  await hasFocus(page, editor.heading('broken'), 'replacing');
  await editor.discard.click();
  await list.isShown();

  await list.edit('broken');
  await button('Replace…').click();
  await editor.isShown('broken');
  await editor.text.fill('{"args": ["a", 5]}');
  await editor.save.click();
  await visible(editor.problems.getByText('Argument 2: Must be text.'));
  await hasFocus(page, editor.problems, 'the summary');
  await editor.text.fill('{"command": "run", "args": ["a"]}');
  await editor.save.click();
  await visitor.seesToast('broken was saved');
  assert.deepEqual(await stage.api.plaintext('broken'), { command: 'run', args: ['a'] });
  await editor.form.click();
  assert.equal(await editor.field('Command').inputValue(), 'run');
  await editor.back.click();

  // Only what was looked at is replaced.
  await list.edit('other');
  await button('Replace…').click();
  await editor.isShown('other');
  await editor.text.fill('{"command": "mine"}');
  await stage.api.put('other', { command: 'theirs' });
  await visible(visitor.conflict.banner);
  await editor.save.click();
  await visible(visitor.conflict.dialog);
  await visitor.conflict.choice('Command', 'Theirs').check();
  await visitor.conflict.use.click();
  assert.deepEqual(await stage.api.plaintext('other'), { command: 'theirs' });
  await editor.back.click();

  await list.edit('last');
  await visible(unreadable);
  await button('Remove').click();
  await list.removeNow('last').click();
  await visitor.seesToast('last was removed');
  assert.deepEqual(await stage.api.names(), ['broken', 'other']);

  // Repaired elsewhere, it opens by itself.
  const { document } = stage.setting;
  await stage.api.put('later', { command: 'later' });
  const good = await readFile(document, 'utf8');
  await replaceDocument(document, good.replace(/\{\s*"command":\s*"later"\s*\}/, '7'));
  await list.edit('later');
  await visible(unreadable);
  await replaceDocument(document, good);
  await editor.isShown('later');
  await editor.back.click();

  // A URL without a scheme.
  await list.newServer.first().click();
  await editor.isShown('Add server');
  await editor.fill({ Name: 'remote' });
  await editor.save.click();
  await eventually(async () => assert.equal((await descriptionOf(editor.field('Command'))).match(/needed/g)?.length, 1));
  assert.equal(await editor.problems.getByRole('link').count(), 1, 'one empty field is one problem');
  await editor.transport('HTTP').check();
  await editor.fill({ URL: 'remote.example/mcp?page=1' });
  await editor.save.click();
  await visible(editor.problems.getByText('Has no scheme. Did you mean https://remote.example/mcp?'));
  assert.deepEqual(await stage.api.names(), ['broken', 'later', 'other']);
  await assertAccessible(page, 'a URL without a scheme');
  await button('Use https://remote.example/mcp').click();
  await hasFocus(page, editor.field('URL'), 'the proposal was taken');
  assert.equal(await editor.field('URL').inputValue(), 'https://remote.example/mcp?page=1');
  await gone(editor.problems);
  await editor.save.click();
  await visitor.seesToast('remote was saved');
  assert.deepEqual(await stage.api.plaintext('remote'), { transport: 'http', url: 'https://remote.example/mcp?page=1' });

  // JSON that does not parse is called by its name, too.
  await editor.json.click();
  await editor.text.fill('{');
  await editor.save.click();
  await visible(editor.problems.getByText(/^JSON: Line 1/));
}
