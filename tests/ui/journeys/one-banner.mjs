// What is wrong with the service or the file as a whole is said once: the gravest thing alone, what it means and what to
// do. No row repeats it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';

const NEWER = { schema_version: 7, agent_settings: { schema_version: 9, mcp_config: { one: { command: 'one' } } } };

export default async function (stage) {
  const { document } = stage.setting;
  const good = await readFile(document, 'utf8');
  // With the wrong key, and a key of the API that may only read.
  const visitor = await stage.guest('reader');
  const { page } = visitor;
  const notices = page.locator('.notices > *');
  const says = async (...texts) => {
    await visible(notices.getByText(texts[0]));
    assert.equal(await notices.count(), 1);
    const said = await notices.innerText();
    for (const text of texts) assert.match(said, text);
  };
  await says(/stored secrets can't be read/, /MCP_SETTINGS_SECRET_KEY/, /restart/);
  assert.equal(await page.getByRole('table').getByText(/re-enter/).count(), 0);

  await replaceDocument(document, JSON.stringify(NEWER));
  await says(/Read-only: written by a newer version of OpenHands/, /Update this service/);
  await replaceDocument(document, '{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}');
  await says(/has no MCP servers/, /choose an OpenHands agent/);
  await replaceDocument(document, '{');
  await says(/settings document can't be used/i, /updates by itself/);
  await visible(page.getByRole('banner').getByText('File problem', { exact: true }));
  await stage.stop();
  await says(/service can't be reached/, /reconnects by itself/);
  await replaceDocument(document, good);
  await stage.startAgain();
  await says(/stored secrets can't be read/);
  await replaceDocument(document, JSON.stringify({ agent_settings: { agent_kind: 'openhands', mcp_config: { mcpServers: { two: { command: 'y' } } } } }));
  await says(/This key may only read/, /scope write/);
  await eventually(async () => assert.deepEqual(await visitor.list.names(), ['two']));
}
