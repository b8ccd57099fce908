// A mask that is typed or pasted where a secret belongs: the page says so at the field and sends nothing, the service refuses
// what the page can't judge, and what is stored stays as it is.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { descriptionOf, pasteInto } from '../fields.mjs';

const MESSAGE = 'This looks like a mask, not like a secret. Enter the secret itself, or keep the stored one.';

/** Masks as other programs write them. */
const MASKS = ['[redacted]', ' [REDACTED]', '"<redacted>"', '********', '••••', 'xxxx', 'abc●●●xyz', 'Bearer [REDACTED]', '&lt;redacted&gt;'];

/** What only may be a mask: the page does not know, and the service takes it from nobody who can't see secrets. */
const DOUBTFUL = ['kep***ret', 'abc***xyz'];

const STORED = { command: 'vault', env: { A: 'kept-secret' } };

export default async function (stage) {
  await stage.api.put('vault', STORED);
  const before = await readFile(stage.setting.document, 'utf8');
  const isUntouched = async (what) => assert.equal(await readFile(stage.setting.document, 'utf8'), before, what);
  const visitor = await stage.guest('writer');
  const { list, editor, importing, page } = visitor;
  let sent = 0;
  page.on('request', (request) => {
    if (['PUT', 'PATCH', 'POST'].includes(request.method()) && request.url().includes('/mcp-servers/')) sent += 1;
  });

  // Typed in the place of a stored secret.
  await list.edit('vault');
  await editor.isShown('vault');
  await editor.edit('A').click();
  const value = editor.cell('Environment', 'Value 1');
  for (const mask of MASKS) {
    await value.fill(mask);
    await value.blur();
    await eventually(async () => assert.match(await descriptionOf(value), new RegExp(MESSAGE), mask));
  }
  await assertAccessible(page, 'a mask in the place of a secret');
  await editor.save.click();
  await visible(editor.problems);
  await editor.json.click();
  await visible(page.getByText(`Environment: A: ${MESSAGE}`).last());
  await editor.form.click();
  assert.equal(sent, 0, 'a mask was sent');

  // The service judges what the page can't, and the page says it at the field.
  for (const text of DOUBTFUL) {
    await value.fill(text);
    await gone(page.getByText(MESSAGE).first());
    await editor.save.click();
    await visible(editor.problems.getByText(/mask/i));
    await eventually(async () => assert.match(await descriptionOf(value), /mask/i, text));
  }
  assert.equal(sent, DOUBTFUL.length);
  await isUntouched('typed');

  // Pasted as lines of a `.env` file, and as the mask that the service shows where nothing is stored.
  await editor.keep('A').click();
  await editor.group('Environment').getByRole('button', { name: 'Add variable', exact: true }).click();
  await pasteInto(editor.cell('Environment', 'Name 2'), 'B=••••••••\nC="[REDACTED]"\n');
  for (const number of [2, 3]) {
    const row = editor.cell('Environment', `Value ${number}`);
    await row.focus();
    await row.blur();
    await eventually(async () => assert.match(await descriptionOf(row), /looks like a mask|Nothing is stored here/, `row ${number}`));
  }
  await editor.save.click();
  await visible(editor.problems);
  assert.equal(sent, DOUBTFUL.length, 'a pasted mask was sent');
  await isUntouched('pasted');
  await editor.discard.click();
  await visitor.dialog('Discard this draft?').getByRole('button', { name: 'Discard', exact: true }).click();
  await list.isShown();

  // Pasted as servers: in variables, headers and URLs.
  await visitor.goTo('#/import');
  await visible(importing.heading);
  await importing.text.fill(JSON.stringify({ mcpServers: PASTED }));
  await visible(importing.found);
  for (const name of Object.keys(PASTED)) {
    await visible(importing.entry(name).getByText('A mask, not a value: enter the value itself').first());
  }
  await importing.submit.click();
  await visible(importing.said.getByText('Enter what is missing for variable, ours, header and 1 more first.'));
  for (const name of Object.keys(PASTED)) assert.equal(await importing.entry(name).locator('[aria-invalid="true"]').count(), 1, name);
  await isUntouched('pasted servers');
  assert.deepEqual(await stage.api.names(), ['vault']);

  // The same for a program without a page.
  const writer = stage.writer('writer');
  const item = (name) => `/api/settings/mcp-servers/${name}`;
  for (const text of [...MASKS.filter((mask) => /[*•●]{3}|Bearer/.test(mask)), ...DOUBTFUL]) {
    const answer = await writer.send('PATCH', item('vault'), { body: { env: { A: text } } });
    assert.deepEqual([answer.status, answer.body.type], [422, '/problems/unrestorable-mask'], text);
    assert.ok(!JSON.stringify(answer.body).includes(text), `${text} is repeated`);
  }
  for (const [name, config] of Object.entries(PASTED)) {
    const answer = await writer.send('PUT', item(name), { body: config });
    assert.deepEqual([answer.status, answer.body.type], [422, '/problems/unrestorable-mask'], name);
  }
  await isUntouched('sent by a program');
  assert.deepEqual(await stage.api.plaintext('vault'), STORED);
}

const PASTED = {
  variable: { command: 'x', env: { T: '••••••' } },
  ours: { command: 'x', env: { T: '[REDACTED]' } },
  header: { url: 'https://h.example/mcp', headers: { Authorization: 'Bearer [REDACTED]' } },
  address: { url: 'https://h.example/mcp?api_key=********' },
};
