// What goes wrong, under axe: conflicts, a broken, foreign or future document, a service that is away.

import { readFile } from 'node:fs/promises';

import { assertAccessible } from '../axe.mjs';
import { gone, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one', description: 'old', timeout: 1, env: { TOKEN: 'secret' } });
  const options = { colorScheme: stage.setting.scheme, reducedMotion: 'reduce' };
  const visitor = await stage.guest('admin', options);
  const { list, editor, conflict, page } = visitor;
  const fine = (what) => assertAccessible(page, what);

  await list.edit('one');
  await editor.isShown('one');
  await editor.fill({ 'Read timeout (seconds)': '9' });
  await stage.api.patch('one', { timeout: 2 });
  await visible(conflict.banner);
  await fine('the banner');
  await conflict.merge.click();
  await visible(conflict.merged);
  await fine('merged');
  await editor.fill({ Description: 'mine' });
  await stage.api.patch('one', { description: 'theirs', env: { TOKEN: 'another' } });
  await visible(conflict.banner);
  await editor.save.click();
  await visible(conflict.dialog);
  await fine('a conflict');
  await conflict.overwrite.click();
  await visible(conflict.warning);
  await fine('overwriting');
  await conflict.overwriteNow.click();
  await gone(conflict.warning);
  await visitor.seesToast('one was saved');
  await stage.api.remove('one');
  await visible(conflict.banner);
  await fine('removed elsewhere');
  await editor.back.click();
  await list.isShown();

  const { document } = stage.setting;
  const good = await readFile(document, 'utf8');
  const replace = (text) => replaceDocument(document, text);
  await replace('{');
  await visible(page.getByRole('alert').first());
  await fine('an unreadable document');
  await replace('{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}');
  await visible(visitor.status('This settings file has no MCP servers'));
  await fine('a document without servers');
  await replace('{"schema_version":7,"agent_settings":{"schema_version":9,"mcp_config":{"s":{"command":"x"}}}}');
  await visible(visitor.status('Read-only: written by a newer version of OpenHands.'));
  await fine('a read-only document');
  await list.edit('s');
  await visible(editor.heading('s'));
  await fine('a server that is read-only');
  await replace(good);
  await gone(visitor.status('Read-only: written by a newer version of OpenHands.'));

  await stage.stop();
  await visible(visitor.unreachable);
  await fine('offline');
  await stage.startAgain();
  await gone(visitor.unreachable);
}
