// A stored secret is kept, replaced and removed without being shown: dots with a way to type another, and a menu.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  await stage.api.put('vault', {
    command: 'vault', env: { A: 'kept-secret', B: 'old-secret', C: 'gone-secret', LOG_LEVEL: 'debug', TZ: 'ghp_plain0123456789name' },
  });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('vault');
  await editor.isShown('vault');
  const value = (number) => editor.cell('Environment', `Value ${number}`);

  // What its name says is no secret is in clear in a field like any other; what looks like a secret is hidden all the same.
  assert.equal(await value(4).inputValue(), 'debug');
  assert.equal(await editor.secret('LOG_LEVEL').count(), 0);
  for (const name of ['A', 'B', 'C', 'TZ']) await visible(editor.dots(name));
  assert.doesNotMatch(await shown(page), /-secret|ghp_/);

  // Typing another begins in its field, and Escape and a button go back to what is stored.
  await editor.edit('A').click();
  await hasFocus(page, value(1), 'editing');
  await page.keyboard.type('mistyped');
  await page.keyboard.press('Escape');
  await visible(editor.dots('A'));
  await hasFocus(page, editor.edit('A'), 'kept by Escape');
  await editor.edit('A').click();
  await value(1).fill('mistyped');
  await editor.keep('A').click();
  await visible(editor.dots('A'));
  await hasFocus(page, editor.edit('A'), 'kept');
  assert.ok(await page.getByText('Everything is saved.').isVisible(), 'nothing has changed');

  // An empty one is not stored by going on.
  await editor.edit('B').click();
  await editor.save.click();
  await visible(editor.problems.getByText('Type the new value, or keep the stored one.'));
  await value(2).fill('new-secret');
  await editor.chooseOf('C', 'Remove');
  await hasFocus(page, editor.undo('variable C'), 'removed');
  await editor.undo('variable C').click();
  await hasFocus(page, editor.edit('C'), 'removing was undone');
  await editor.chooseOf('C', 'Remove');
  await value(4).fill('info');
  await editor.fill({ Description: 'edited' });
  assert.doesNotMatch(await page.content(), /kept-secret|old-secret|gone-secret/);
  await editor.save.click();
  await visitor.seesToast('vault was saved');
  assert.deepEqual(await stage.api.plaintext('vault'), {
    command: 'vault', env: { A: 'kept-secret', B: 'new-secret', LOG_LEVEL: 'info', TZ: 'ghp_plain0123456789name' }, description: 'edited',
  });
  // What was typed is as hidden now as any stored one, and what is in clear stays so.
  await visible(editor.dots('B'));
  assert.equal(await value(3).inputValue(), 'info');
  assert.doesNotMatch(await shown(page), /new-secret/);

  // A new variable of a plain name is in clear once it is stored, and one that holds a secret after all is not.
  await editor.addPair('Environment', 5, 'NODE_ENV', 'production');
  await value(3).fill('ghp_0123456789abcdefghij');
  await editor.save.click();
  await visible(editor.dots('LOG_LEVEL'));
  await eventually(async () => assert.equal(await value(5).inputValue(), 'production'));
  await eventually(async () => assert.doesNotMatch(await shown(page), /ghp_/));
  await visible(page.getByText('Everything is saved.'));

  // Others' changes of what is in clear are compared in clear, and those of secrets are not.
  await value(5).fill('mine');
  await stage.api.patch('vault', { env: { NODE_ENV: 'theirs', B: 'their-secret' } });
  await visible(visitor.conflict.banner);
  await editor.save.click();
  const row = visitor.conflict.table.getByRole('row').filter({ hasText: 'Environment: NODE_ENV' });
  for (const text of ['production', 'theirs', 'mine']) await visible(row.getByText(text, { exact: true }));
  assert.doesNotMatch(await shown(page), /their-secret/);
  await visitor.conflict.choice('Environment: NODE_ENV', 'Theirs').check();
  await visitor.conflict.use.click();
  await gone(visitor.conflict.dialog);
  assert.equal(await value(5).inputValue(), 'theirs');
  await visible(page.getByText('Everything is saved.'));

  // The secrets of authentication have the same control.
  await stage.api.put('remote', { url: 'https://remote.example/mcp', auth: { strategy: 'bearer', value: 'bearer-secret' } });
  await editor.back.click();
  await list.edit('remote');
  await editor.isShown('remote');
  await visible(editor.dots('Token'));
  await editor.chooseOf('Token', 'Remove');
  await hasFocus(page, editor.undo('Token'), 'a token was removed');
  await editor.undo('Token').click();
  await hasFocus(page, editor.edit('Token'), 'a token was kept after all');
  await editor.edit('Token').click();
  await editor.field('Token').fill('another');
  await editor.save.click();
  await visitor.seesToast('remote was saved');
  assert.deepEqual((await stage.api.plaintext('remote')).auth, { strategy: 'bearer', value: 'another' });
}

/** Everything that the page shows, in fields too. */
function shown(page) {
  return page.evaluate(() => {
    const typed = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
    return [document.documentElement.outerHTML, ...typed].join('\n');
  });
}
