// The eight pictures of the manual: the list, an edit, a conflict, an import, an approval, a test, tools, resources. They are taken each time; kept
// where a folder for them is given.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { visible } from '../claims.mjs';
import { spoilSecret } from '../document.mjs';
import { HOUSEHOLD, PASTED } from '../household.mjs';
import { clock, everything } from '../programs.mjs';

const SIZE = { width: 1280, height: 800 };

export default async function (stage) {
  const { scheme, pictures } = stage.setting;
  // What is written before the service knows what is remembered is not approved.
  await stage.api.send('GET', '/api/instances/none/approval');
  for (const [name, config] of Object.entries(HOUSEHOLD)) await stage.api.put(name, config);
  const visitor = await stage.owner({ viewport: SIZE, deviceScaleFactor: 1, colorScheme: scheme, reducedMotion: 'reduce' });
  const { list, editor, conflict, importing, running, testing, tools, resources, page } = visitor;
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
  await list.import.first().click();
  await visible(importing.heading);
  await importing.text.fill(PASTED);
  await visible(importing.found);
  await importing.text.evaluate((field) => field.setSelectionRange(0, 0));
  await take('import');
  await page.evaluate(() => { location.hash = '#/'; });
  await list.newServer.first().click();
  await editor.json.click();
  await editor.text.fill(JSON.stringify({
    command: 'npx', args: ['-y', '@acme/warehouse-mcp@1.4.2'], env: { API_KEY: '${MCP_SECRET_WAREHOUSE}' },
  }));
  await editor.form.click();
  await editor.fill({ Name: 'warehouse' });
  await testing.test.click();
  await testing.ends('It does not work.');
  await take('test');

  await stage.api.put('clock', clock());
  await stage.api.send('PUT', '/api/instances/clock/policy', { body: { start: 'always' } });
  await page.evaluate(() => { location.hash = '#/servers/clock/status'; });
  await running.status.getByText(/^(Healthy|Not checked)/).first().waitFor({ timeout: 60_000 });
  await running.view('Tools').click();
  await tools.open('get_current_time');
  await tools.field('get_current_time', 'timezone (required)').fill('America/New_York');
  await tools.call('get_current_time').click();
  await visible(tools.result('get_current_time').getByText('The tool answered'));
  await tools.opener('get_current_time').evaluate((opener) => opener.scrollIntoView());
  await take('tools');

  await stage.api.put('everything', everything());
  await stage.api.send('PUT', '/api/instances/everything/policy', { body: { start: 'always' } });
  await page.evaluate(() => { location.hash = '#/servers/everything/status'; });
  await running.status.getByText(/^(Healthy|Not checked)/).first().waitFor({ timeout: 60_000 });
  await running.view('Resources').click();
  await resources.open('demo://resource/static/document/features.md');
  await resources.open('demo://resource/dynamic/text/{resourceId}');
  await take('resources');
}
