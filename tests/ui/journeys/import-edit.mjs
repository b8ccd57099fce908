// An entry of an import is edited before it is stored: the draft has what was entered, what was not is missing there, and the entry is left
// out only once its draft was saved. One that differs from what is stored is edited over that.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { visible } from '../claims.mjs';

const KEY = 'entered-secret-77ab';
const STORED = 'stored-secret-12cd';

const TEXT = `{
  "inputs": [
    { "type": "promptString", "id": "key", "description": "Key", "password": true },
    { "type": "promptString", "id": "home", "description": "Home" }
  ],
  "servers": {
    "fresh": { "command": "npx", "args": ["-y", "fs", "--home=\${input:home}"], "env": { "TOKEN": "\${input:key}" } },
    "older": { "url": "https://new.example/mcp", "headers": { "X-Key": "\${input:key}" } },
    "joined": { "url": "https://joined.example/mcp", "headers": { "X-More": "2" } },
    "same": { "command": "same" }
  }
}`;

export default async function (stage) {
  await stage.api.put('older', { url: 'https://old.example/mcp', headers: { 'X-Key': STORED }, description: 'as it was' });
  await stage.api.put('joined', { url: 'https://joined.example/mcp', headers: { 'X-First': STORED }, description: 'stays' });
  await stage.api.put('same', { command: 'same' });
  const visitor = await stage.owner();
  const { list, editor, importing, page } = visitor;
  await list.import.first().click();
  await importing.read(TEXT);
  const back = async () => {
    await editor.back.click();
    await importing.open();
  };

  // What was not entered is empty and missing, and can't be saved over.
  await importing.edit('fresh').click();
  await editor.isShown('Add server');
  const token = editor.cell('Environment', 'Value 1');
  const home = editor.cell('Arguments', 'Argument 3');
  assert.deepEqual([await token.inputValue(), await home.inputValue()], ['', '--home=']);
  assert.deepEqual([await token.getAttribute('aria-invalid'), await home.getAttribute('aria-invalid')], ['true', 'true']);
  assert.equal(await page.getByText('is not in this draft', { exact: false }).count(), 0);
  assert.equal(await page.getByText('The text leaves this open. Enter the value.').count(), 2);
  await assertAccessible(page, 'a draft with values that are missing');
  await editor.save.click();
  await visible(editor.problems);
  assert.deepEqual((await stage.api.names()).toSorted(), ['joined', 'older', 'same']);

  // Left, it is imported as before; the draft follows what is entered as long as it was not edited itself.
  await back();
  const entry = importing.entry('fresh');
  assert.ok(await importing.choice('fresh', 'Add').isChecked());
  await entry.getByLabel('Key', { exact: true }).fill(KEY);
  await entry.getByLabel('Home', { exact: true }).fill('/home/me');
  await importing.edit('fresh').click();
  await editor.isShown('Add server');
  assert.deepEqual([await token.inputValue(), await home.inputValue()], [KEY, '--home=/home/me']);
  assert.equal(await page.locator('[aria-invalid="true"]').count(), 0);
  await editor.fill({ Description: 'edited first' });
  await back();
  assert.ok(await importing.choice('fresh', 'Add').isChecked());
  await importing.edit('fresh').click();
  await editor.isShown('Add server');
  assert.equal(await editor.field('Description').inputValue(), 'edited first');
  await editor.save.click();
  await visitor.seesToast('fresh was saved');
  // With what is kept for the client.
  const { extensions, ...fresh } = await stage.api.plaintext('fresh');
  assert.deepEqual(fresh, {
    command: 'npx', args: ['-y', 'fs', '--home=/home/me'], env: { TOKEN: KEY }, description: 'edited first',
  });
  assert.deepEqual(extensions.vscode.inputs.map(({ id }) => id), ['key', 'home']);
  await back();
  assert.ok(await importing.choice('fresh', 'Skip').isChecked());

  // One that differs is edited over what is stored, and replaces it.
  await importing.edit('older').click();
  await editor.isShown('older');
  assert.equal(await editor.field('URL').inputValue(), 'https://new.example/mcp');
  assert.equal(await editor.field('Description').inputValue(), '');
  await visible(page.getByText('The text leaves this open. Enter the value.'));
  const key = editor.cell('Headers', 'Value 1');
  assert.equal(await key.inputValue(), '');
  await key.fill(KEY);
  await editor.save.click();
  await visitor.seesToast('older was saved');
  const { extensions: kept, ...older } = await stage.api.plaintext('older');
  assert.deepEqual(older, { url: 'https://new.example/mcp', headers: { 'X-Key': KEY } });
  assert.deepEqual(kept.vscode.inputs.map(({ id }) => id), ['key']);

  // Or merged into it, where that was chosen.
  await back();
  await importing.choice('joined', 'Merge').check();
  await importing.edit('joined').click();
  await editor.isShown('joined');
  assert.equal(await editor.field('Description').inputValue(), 'stays');
  await visible(editor.dots('X-First'));
  await editor.save.click();
  await visitor.seesToast('joined was saved');
  assert.deepEqual(await stage.api.plaintext('joined'), {
    url: 'https://joined.example/mcp', headers: { 'X-First': STORED, 'X-More': '2' }, description: 'stays',
  });

  // Where nothing differs the stored one is edited.
  await back();
  await importing.edit('same').click();
  await editor.isShown('same');
  await back();
  assert.ok(await importing.choice('older', 'Skip').isChecked());
}
