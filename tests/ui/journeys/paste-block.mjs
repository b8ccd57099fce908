// A block of a client's documentation with one bad entry: the good ones are saved, one commit each, and the bad one
// stays with its reasons, as does the text.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

const BLOCK = `{
  // As a manual has it: with comments and a comma too many.
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files"], "env": { "TOKEN": "pasted-secret" } },
    "bad one": { "args": "not a list" },
    "web": { "type": "http", "url": "https://web.example/mcp" },
  }
}`;

export default async function (stage) {
  await stage.api.put('web', { command: 'here-before' });
  const visitor = await stage.owner();
  const { list, paste, page } = visitor;
  await list.paste.first().click();
  await visible(paste.heading);
  await paste.text.fill(BLOCK);
  await visible(paste.found);
  assert.equal(await paste.entries.count(), 3);
  assert.equal(await paste.name(1).inputValue(), 'files');
  const bad = paste.entries.nth(1);
  await visible(bad.getByText(/command|args|name/i).first());
  assert.doesNotMatch(await paste.found.innerText(), /pasted-secret/);

  // A name that is there already is never overwritten unseen.
  assert.notEqual(await paste.name(3).inputValue(), 'web');
  await paste.name(3).fill('web-2');
  await page.getByRole('button', { name: /^Save \d servers?$/ }).click();
  await visible(paste.entries.nth(0).getByText('saved', { exact: false }).first());
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['files', 'web', 'web-2']));
  assert.deepEqual(await stage.api.plaintext('files'), {
    command: 'npx', args: ['-y', 'files'], env: { TOKEN: 'pasted-secret' },
  });
  assert.deepEqual(await stage.api.plaintext('web'), { command: 'here-before' });
  assert.match(await paste.text.inputValue(), /bad one/);
}
