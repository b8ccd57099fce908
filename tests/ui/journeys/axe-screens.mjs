// Every screen as most people see it, and everything that opens on it, under axe.

import { assertAccessible } from '../axe.mjs';
import { gone, visible } from '../claims.mjs';

export default async function (stage) {
  const options = { colorScheme: stage.setting.scheme, reducedMotion: 'reduce' };
  const visitor = await stage.visitor(options);
  const { list, editor, importing, page, signIn } = visitor;
  const fine = (what) => assertAccessible(page, what);

  await visitor.open(`${stage.setting.address}/`);
  await signIn.isShown();
  await fine('signing in');
  await signIn.withKey('wrong');
  await visible(signIn.refusal);
  await fine('a refused key');
  await signIn.withKey(stage.setting.keys.admin);
  await visible(list.empty);
  await fine('the empty list');

  await stage.api.put('local', { command: 'npx', args: ['-y'], env: { TOKEN: 'secret' }, 'x-more': 1 });
  await stage.api.put('remote', { url: 'https://remote.example/mcp', headers: { 'X-Key': 'k' }, enabled: false });
  await visible(list.row('remote'));
  await fine('the list');
  await list.search.fill('none');
  await visible(page.getByRole('heading', { name: 'No matching servers', exact: true }));
  await fine('nothing found');
  await list.search.fill('');
  await list.more('local').click();
  await visible(page.getByRole('menuitem', { name: 'Remove', exact: true }));
  await fine('a menu');
  await page.getByRole('menuitem', { name: 'Remove', exact: true }).click();
  await visible(list.undo('local'));
  await fine('a row that is about to go');
  await list.undo('local').click();
  await list.heading.click();
  await page.keyboard.press('?');
  await visible(visitor.dialog('Keyboard shortcuts'));
  await fine('help');
  await page.keyboard.press('Escape');
  await list.choose('local', 'Rename');
  await visible(visitor.renaming.dialog);
  await fine('renaming');
  await page.keyboard.press('Escape');

  await list.newServer.first().click();
  await editor.isShown('Add server');
  await fine('a new server');
  await editor.save.click();
  await visible(editor.problems);
  await fine('a new server with problems');
  await editor.transport('HTTP').check();
  for (const kind of await editor.authentication.locator('option').allTextContents()) {
    await editor.authentication.selectOption(kind);
    await fine(`authentication: ${kind}`);
  }
  await editor.back.click();
  await list.edit('local');
  await editor.isShown('local');
  await fine('a stored server');
  await editor.edit('TOKEN').click();
  await fine('a secret to replace');
  await editor.keep('TOKEN').click();
  await editor.more('TOKEN').click();
  await visible(editor.item('Reveal'));
  await fine('the menu of a secret');
  await editor.item('Reveal').click();
  await visible(editor.hide('TOKEN'));
  await fine('a revealed secret');
  await editor.chooseOf('TOKEN', 'Remove');
  await visible(editor.undo('variable TOKEN'));
  await fine('a secret that is removed');
  await editor.undo('variable TOKEN').click();
  await editor.json.click();
  await fine('the raw editor');
  await editor.text.fill('{');
  await fine('a raw text that is not JSON');
  await editor.discard.click();
  const sure = page.getByRole('dialog');
  if (await sure.isVisible()) {
    await fine('discarding');
    await page.keyboard.press('Escape');
    await gone(sure);
  }

  await visitor.goTo('#/import');
  await visible(importing.heading);
  await fine('importing');
  await importing.text.fill('{"mcpServers": {"good": {"command": "x", "env": {"T": "<YOUR_TOKEN>"}}, "bad one": {"args": 1}}}');
  await visible(importing.found);
  await fine('found servers');
  await importing.leaveOut.check();
  await importing.submit.click();
  await fine('values that are missing');
  await importing.choice('good', 'Add as…').check();
  await fine('another name');
  await importing.text.fill('{"mcpServers": ');
  await importing.isRead();
  await fine('a text with a fault');
}
