// Servers for another client: one, the selected ones, all of them; copied or saved as a file under its usual name. What the client can't hold
// is said. Secrets leave in clear only where the key may reveal them, after a warning, and that is logged.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { assertAccessible, assertFits } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

const SECRET = 'exported-secret-8c2f';

export default async function (stage) {
  await stage.api.put('notes', { command: 'npx', args: ['-y', 'notes'], env: { NOTES_TOKEN: SECRET, LOG_LEVEL: 'debug' }, timeout: 30 });
  await stage.api.put('far', { url: 'https://far.example/mcp', auth: { strategy: 'bearer', value: SECRET } });
  await stage.api.put('other', { command: 'other' });
  const visitor = await stage.owner();
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { list, editor, exporting, page } = visitor;
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const asked = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/export')) asked.push(new URL(request.url()).searchParams.get('secrets'));
  });

  // One, by the keyboard: as a reference to a variable, in the form of the client.
  await list.more('notes').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Copy as…', exact: true }).press('Enter');
  await visible(exporting.title.getByText('Export notes', { exact: true }));
  await hasFocus(page, exporting.client, 'the client');
  await exporting.client.selectOption('cursor');
  await visible(exporting.text.getByText('${env:NOTES_TOKEN}'));
  await visible(exporting.losses.getByText('notes, Timeout (seconds): ').first());
  await assertAccessible(page, 'an export');
  await exporting.copy.press('Enter');
  await visitor.seesToast('The text of mcp.json was copied.');
  await hasFocus(page, list.more('notes'), 'where it was opened');
  const { mcpServers } = JSON.parse(await copied());
  assert.deepEqual(Object.keys(mcpServers), ['notes']);
  assert.equal(mcpServers.notes.env.NOTES_TOKEN, '${env:NOTES_TOKEN}');

  // The selected ones, as a file under its usual name; the client is remembered.
  await list.select('notes').check();
  await list.select('far').check();
  await list.bulk('Export…').click();
  await visible(exporting.title.getByText('Export 2 servers', { exact: true }));
  assert.equal(await exporting.client.inputValue(), 'cursor');
  await exporting.client.selectOption('codex');
  await exporting.secrets('As placeholders').check();
  await visible(exporting.text.getByText('mcp_servers.notes'));
  const saving = page.waitForEvent('download');
  await exporting.save.click();
  const download = await saving;
  assert.equal(download.suggestedFilename(), 'config.toml');
  const saved = await readFile(await download.path(), 'utf8');
  assert.match(saved, /\[mcp_servers\.far\]/);
  assert.ok(!saved.includes(SECRET));
  await list.bulk('Clear selection').click();

  // All of them, for every client: it is written, and nothing of a secret is in it.
  await list.export.click();
  await visible(exporting.title.getByText('Export all servers', { exact: true }));
  const clients = await exporting.client.locator('option').evaluateAll((all) => all.map(({ value }) => value));
  assert.ok(clients.length >= 25, clients.join());
  for (const client of clients) {
    await exporting.client.selectOption(client);
    await eventually(async () => assert.match(await exporting.text.innerText(), /notes/, client));
    assert.ok(!(await exporting.text.innerText()).includes(SECRET), client);
  }
  assert.deepEqual([...new Set(asked)], ['references', 'placeholders']);

  // In clear: choosing it alone reads nothing.
  await exporting.client.selectOption('claude-code');
  await visible(exporting.dialog.getByText('.mcp.json', { exact: true }));
  asked.length = 0;
  await exporting.secrets('In clear').check();
  await visible(exporting.warning);
  await gone(exporting.text);
  assert.deepEqual(asked, []);
  await assertAccessible(page, 'a warning before secrets are exported');
  await exporting.writeInClear.click();
  await visible(exporting.text.getByText(SECRET).first());
  assert.deepEqual(asked, ['plaintext']);
  await eventually(async () => assert.match(await stage.log(), /reveal done action="reveal"/));
  assert.ok(!(await stage.log()).includes(SECRET));
  await page.keyboard.press('Escape');
  await gone(exporting.dialog);
  assert.ok(!(await page.content()).includes(SECRET), 'it goes with the dialog');

  // From the editor, what is stored: a draft is no part of it.
  await list.edit('other');
  await editor.isShown('other');
  await editor.fill({ Description: 'a draft' });
  await editor.choose('Export…');
  await visible(page.getByText('What is stored is exported, without changes that are not saved yet.', { exact: true }));
  assert.doesNotMatch(await exporting.text.innerText(), /a draft/);
  // A browser that does not let the page copy.
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); });
  await exporting.copy.click();
  await visible(exporting.dialog.getByText('Select the text above and copy it.', { exact: false }));
  await page.setViewportSize({ width: 390, height: 844 });
  await assertFits(page, 'an export');
  await page.keyboard.press('Escape');

  // Who may only read exports too, but no secret; and imports nothing.
  const reader = await stage.guest('reader');
  assert.equal(await reader.list.import.count(), 0);
  await reader.list.export.click();
  await visible(reader.exporting.text);
  assert.equal(await reader.exporting.secrets('In clear').count(), 0);
  await reader.page.keyboard.press('Escape');
  await reader.list.link('notes').click();
  await reader.page.getByRole('button', { name: 'More', exact: true }).click();
  await reader.page.getByRole('menuitem', { name: 'Copy as…', exact: true }).click();
  await visible(reader.exporting.title.getByText('Export notes', { exact: true }));
  await visible(reader.exporting.text);

  // The way back of the browser leads away from it.
  await reader.page.goBack();
  await gone(reader.exporting.dialog);
  await reader.list.isShown();
}
