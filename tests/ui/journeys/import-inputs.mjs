// What a text asks for is entered on the page, stored with the server and nowhere before: secrets as dots, choices as a list, placeholders
// by their place. One entry can be opened as a draft instead, with what was typed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { assertFits } from '../axe.mjs';
import { eventually, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

const KEY = 'entered-secret-5d1e';
const TYPED = 'typed-secret-90aa';

const TEXT = `{
  "inputs": [
    { "type": "promptString", "id": "key", "description": "Key of the tracker", "password": true },
    { "type": "pickString", "id": "region", "description": "Region", "options": ["eu", "us"], "default": "eu" }
  ],
  "servers": {
    "tracker": { "command": "npx", "args": ["-y", "tracker", "--region=\${input:region}"], "env": { "KEY": "\${input:key}" } },
    "sample": { "url": "https://sample.example/mcp", "headers": { "Authorization": "Bearer <YOUR_TOKEN>" } },
    "whole": { "command": "whole", "env": { "TOKEN": "${TYPED}", "LOG_LEVEL": "debug" } }
  }
}`;

export default async function (stage) {
  const visitor = await stage.owner({ viewport: { width: 390, height: 844 } });
  const { list, editor, importing, page } = visitor;
  const before = await readFile(stage.setting.document, 'utf8').catch(() => '');
  await list.import.first().click();
  await importing.read(TEXT);
  const tracker = importing.entry('tracker');
  const key = tracker.getByLabel('Key of the tracker', { exact: true });
  const region = tracker.getByLabel('Region', { exact: true });
  const token = importing.entry('sample').getByLabel('Headers: Authorization', { exact: true });
  assert.deepEqual([await key.inputValue(), await region.inputValue(), await token.inputValue()], ['', 'eu', '']);
  await importing.submit.click();
  await visible(importing.said.getByText('Enter what is missing for tracker, sample first.'));
  await hasFocus(page, key, 'the first that is missing');
  await assertFits(page, 'values that are missing');
  await key.fill(KEY);
  await region.selectOption('us');
  await token.fill(KEY);
  // Hidden as it is typed, until its owner asks for it.
  for (const field of [key, token]) assert.equal(await field.evaluate((input) => getComputedStyle(input).webkitTextSecurity), 'disc');
  const shown = await page.evaluate(() => document.documentElement.outerHTML);
  for (const secret of [KEY, TYPED]) assert.ok(!shown.includes(secret), 'a secret is on the page');
  assert.equal(await readFile(stage.setting.document, 'utf8').catch(() => ''), before, 'nothing is stored yet');
  assert.equal(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage])).then((kept) => kept.includes(KEY)), false);

  // An entry that is edited first: a draft of it, its secret typed already.
  await importing.edit('whole').click();
  await editor.isShown('Add server');
  assert.equal(await editor.field('Name').inputValue(), 'whole');
  await editor.fill({ Description: 'edited first' });
  await editor.save.click();
  await visitor.seesToast('whole was saved');
  assert.deepEqual(await stage.api.plaintext('whole'), {
    command: 'whole', env: { TOKEN: TYPED, LOG_LEVEL: 'debug' }, description: 'edited first',
  });

  // The rest is as it was left.
  await importing.open();
  await visible(importing.entry('whole').getByText('Differs from what is stored'));
  await importing.choice('whole', 'Skip').check();
  assert.equal(await key.inputValue(), KEY);
  await importing.import('2 servers were imported.');
  await eventually(async () => assert.deepEqual((await stage.api.plaintext('tracker')).env, { KEY }));
  assert.deepEqual((await stage.api.plaintext('tracker')).args, ['-y', 'tracker', '--region=us']);
  assert.deepEqual((await stage.api.plaintext('sample')).headers, { Authorization: `Bearer ${KEY}` });
  assert.ok(!(await stage.log()).includes(KEY), 'a secret is in the log');
}
