// A secret is revealed or copied on a click, by who may, alone, for a while, and in the audit log.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  await stage.api.put('vault', { command: 'vault', env: { A: 'first-secret', B: 'second-secret' } });
  await stage.api.put('remote', { url: 'https://user:url-secret@remote.example/mcp' });
  const visitor = await stage.owner();
  const { list, editor, page } = visitor;
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await list.edit('vault');
  await editor.isShown('vault');
  const exposed = async () => (await stage.log()).split('\n').filter((line) => /audit|exposed|plaintext/i.test(line)).length;
  const before = await exposed();
  await editor.reveal('A');
  await eventually(async () => assert.match(await shown(page), /first-secret/));
  assert.doesNotMatch(await shown(page), /second-secret/);
  assert.ok(await exposed() > before, 'the audit log has it');
  assert.doesNotMatch(await stage.log(), /first-secret/);

  // It is in the place of the dots, can't be changed there, and goes back to them.
  await hasFocus(page, editor.revealed('A'), 'revealed');
  assert.ok(await editor.revealed('A').evaluate((field) => field.readOnly));
  await visible(page.getByText('Visible for 30 s. This was logged.', { exact: true }));
  await gone(editor.dots('A'));
  await editor.hide('A').click();
  await visible(editor.dots('A'));
  await hasFocus(page, editor.more('A'), 'hidden');
  await editor.reveal('A');
  await hasFocus(page, editor.revealed('A'), 'revealed again');
  await page.keyboard.press('Escape');
  await visible(editor.dots('A'));

  // A copy is shown nowhere.
  const copied = await exposed();
  await editor.chooseOf('B', 'Copy');
  await visitor.seesToast('B was copied. This was logged.');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'second-secret');
  assert.doesNotMatch(await shown(page), /second-secret/);
  assert.ok(await exposed() > copied, 'a copy is not in the audit log');

  // The draft never holds it, and it is gone with the screen.
  await editor.reveal('A');
  await visible(editor.revealed('A'));
  assert.doesNotMatch(await editor.rawText(), /first-secret/);
  await editor.back.click();
  await list.isShown();
  await eventually(async () => assert.doesNotMatch(await shown(page), /first-secret/));

  await list.edit('remote');
  await editor.isShown('remote');
  assert.doesNotMatch(await shown(page), /url-secret/);
  await editor.reveal('URL');
  assert.equal(await editor.revealed('URL').inputValue(), 'https://user:url-secret@remote.example/mcp');
  await editor.hide('URL').click();
  await visible(editor.field('URL'));
  assert.doesNotMatch(await shown(page), /url-secret/);

  // Where the browser does not let the page copy, the value is shown to be copied by hand.
  await visitor.context.clearPermissions();
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); });
  await editor.chooseOf('URL', 'Copy');
  await hasFocus(page, editor.revealed('URL'), 'to be copied by hand');

  // A key without the scope is offered neither.
  const writer = await stage.guest('writer');
  await writer.list.edit('vault');
  await writer.editor.isShown('vault');
  await writer.editor.more('A').click();
  await visible(writer.editor.item('Remove'));
  assert.equal(await writer.editor.item('Reveal').count() + await writer.editor.item('Copy').count(), 0);
  assert.doesNotMatch(await shown(writer.page), /first-secret/);
}

/** Everything that the page shows, in fields too. */
function shown(page) {
  return page.evaluate(() => {
    const typed = [...document.querySelectorAll('input, textarea, output')].map(({ value }) => value);
    return [document.documentElement.outerHTML, ...typed].join('\n');
  });
}
