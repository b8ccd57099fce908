// The five pictures of the manual: the list, an edit, a conflict, a paste, an approval. They are taken each time; kept where a folder
// for them is given.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { visible } from '../claims.mjs';
import { spoilSecret } from '../document.mjs';
import { HOUSEHOLD, PASTED } from '../household.mjs';

const SIZE = { width: 1280, height: 800 };

export default async function (stage) {
  const { scheme, pictures } = stage.setting;
  // What is written before the service knows what is remembered is not approved.
  await stage.api.send('GET', '/api/instances/none/approval');
  for (const [name, config] of Object.entries(HOUSEHOLD)) await stage.api.put(name, config);
  const visitor = await stage.owner({ viewport: SIZE, deviceScaleFactor: 1, colorScheme: scheme, reducedMotion: 'reduce' });
  const { list, editor, conflict, paste, running, page } = visitor;
  const take = async (name) => {
    await page.mouse.move(0, 0);
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    assert.deepEqual({ width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) }, SIZE);
    if (pictures !== undefined) await writeFile(join(pictures, `${name}-${scheme}.png`), picture);
  };

  await spoilSecret(stage.setting.document, 'DATABASE_URI');
  await visible(list.row('customer-database').getByText('1 must be re-entered'));
  await stage.writer('writer').patch('filesystem', { description: 'Projects' });
  await visible(list.row('filesystem').getByText(/nightly-sync/));
  await stage.writer('writer').patch('time', { args: ['mcp-server-time@2026.1.26', '--local-timezone=Europe/Zurich'] });
  await visible(list.status('time').getByText('Needs approval'));
  await visible(list.status('wiki').getByText('Disabled'));
  await take('list');

  await list.status('time').getByRole('link').click();
  await visible(running.approval.getByText('changed', { exact: true }));
  await take('approval');
  await running.back.click();

  await list.edit('issue-tracker');
  await editor.isShown('issue-tracker');
  await visible(editor.dots('X-Api-Key'));
  await take('edit');

  await editor.fill({ 'Timeout (seconds)': '60', Description: 'Issues of every team' });
  await stage.writer('writer').patch('issue-tracker', {
    timeout: 45, description: 'Issues, and who works on them', headers: { 'X-Api-Key': 'another' },
  });
  await visible(conflict.banner);
  await editor.save.click();
  await visible(conflict.dialog);
  await conflict.choice('Description', 'Theirs').check();
  await conflict.choice('Timeout (seconds)', 'Yours').check();
  await take('conflict');
  await conflict.cancel.click();

  await editor.back.click();
  await list.paste.first().click();
  await visible(paste.heading);
  await paste.text.fill(PASTED);
  await visible(paste.found);
  await paste.text.evaluate((field) => field.setSelectionRange(0, 0));
  await take('paste');
}
