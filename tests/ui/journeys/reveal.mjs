// A secret is revealed on a click, by who may, alone, and in the audit log.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('vault', { command: 'vault', env: { A: 'first-secret', B: 'second-secret' } });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await list.edit('vault');
  await editor.isShown('vault');
  const exposed = async () => (await stage.log()).split('\n').filter((line) => /audit|exposed|plaintext/i.test(line)).length;
  const before = await exposed();
  await editor.reveal('A').click();
  await eventually(async () => assert.match(await shown(page), /first-secret/));
  assert.doesNotMatch(await shown(page), /second-secret/);
  assert.ok(await exposed() > before, 'the audit log has it');
  assert.doesNotMatch(await stage.log(), /first-secret/);

  // The draft never holds it, and it is gone with the screen.
  assert.doesNotMatch(await editor.rawText(), /first-secret/);
  await editor.back.click();
  await list.isShown();
  await eventually(async () => assert.doesNotMatch(await shown(page), /first-secret/));

  // A reader without the scope is not shown more for asking.
  const reader = await stage.guest('writer');
  await reader.list.edit('vault');
  await reader.editor.isShown('vault');
  if (await reader.editor.reveal('A').isVisible()) {
    await reader.editor.reveal('A').click();
    await visible(reader.page.getByText(/may not|scope|not allowed/i).first());
  } else {
    await gone(reader.editor.reveal('A'));
  }
  assert.doesNotMatch(await shown(reader.page), /first-secret/);
}

/** Everything that the page shows, in fields too. */
function shown(page) {
  return page.evaluate(() => {
    const typed = [...document.querySelectorAll('input, textarea, output')].map(({ value }) => value);
    return [document.documentElement.outerHTML, ...typed].join('\n');
  });
}
