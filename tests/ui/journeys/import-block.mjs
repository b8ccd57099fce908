// A block of a client's documentation with one bad entry: nothing of it is imported while that is among it, its place is said, and
// without it the good ones are. What is stored under a name is never overwritten unseen.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

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
  const { list, importing, page } = visitor;
  await list.import.first().click();
  await importing.read(BLOCK);
  assert.deepEqual(await importing.names(), ['files', 'web']);
  const bad = importing.refused.first();
  await visible(bad.getByText('bad one: must be a list of texts'));
  assert.equal(await importing.refused.count(), 1);
  const shown = page.locator('.import-found');
  assert.doesNotMatch(await shown.innerHTML(), /pasted-secret/);
  assert.deepEqual(await stage.api.names(), ['web'], 'nothing is stored by looking');

  // The place of the fault is where the cursor goes.
  await bad.getByRole('button', { name: 'Go to Line 5, column 18', exact: true }).click();
  await hasFocus(page, importing.text, 'the text');
  assert.equal(await importing.text.evaluate(({ value, selectionStart }) => value.slice(selectionStart, selectionStart + 6)), '"args"');

  // What is open is said, and has the focus: first what differs, then what can't be imported.
  await importing.submit.click();
  await visible(importing.said.getByText('Choose what to do with web first.'));
  await hasFocus(page, importing.choice('web', 'Replace'), 'what is to be chosen');
  await importing.choice('web', 'Add as…').check();
  await visible(importing.newName('web'));
  assert.equal(await importing.newName('web').inputValue(), 'web-2');
  await importing.submit.click();
  await visible(importing.said.getByText('1 entry can\'t be imported. Fix the text, or import the others without it.'));
  await hasFocus(page, importing.leaveOut, 'what is to be agreed to');
  assert.deepEqual(await stage.api.names(), ['web']);
  await importing.leaveOut.check();
  await importing.import('2 servers were imported.');
  await hasFocus(page, importing.said, 'what was done');
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['files', 'web', 'web-2']));
  assert.deepEqual(await stage.api.plaintext('files'), {
    command: 'npx', args: ['-y', 'files'], env: { TOKEN: 'pasted-secret' },
  });
  assert.deepEqual(await stage.api.plaintext('web'), { command: 'here-before' });
  assert.deepEqual(await stage.api.plaintext('web-2'), { url: 'https://web.example/mcp', transport: 'http' });
  assert.equal(await importing.text.inputValue(), BLOCK, 'the text stays');
  await visible(shown.getByRole('link', { name: 'web-2', exact: true }));

  // Read again, what was imported is the same as what is stored.
  await page.getByRole('button', { name: 'Read the text again', exact: true }).click();
  await visible(importing.entry('files').getByText('Already stored'));
  await visible(importing.entry('web').getByText('Differs from what is stored'));
  await page.keyboard.press('Escape');
  await gone(importing.heading);
  await list.isShown();
  await visible(list.row('web-2'));
}
