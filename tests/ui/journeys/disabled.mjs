// `disabled`, the word of other clients: such a server is shown as off, is turned on by the switch and by the form, is never
// stored with two members that contradict each other, and can be pasted. In OpenHands' own files it becomes `enabled`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  if (stage.setting.dialect === 'open') await inFilesOfOurs(stage, visitor);
  await typed(stage, visitor);
  await pasted(stage, visitor);
}

/** Files that have the word already. */
async function inFilesOfOurs(stage, visitor) {
  const { list, editor } = visitor;
  const isOn = (name, expected) => eventually(async () => assert.equal(await list.enabled(name).isChecked(), expected, name));
  await isOn('off', false);
  await isOn('on', true);
  await isOn('both', false);
  await list.filter('Disabled').click();
  await eventually(async () => assert.deepEqual(await list.names(), ['both', 'off']));
  await list.filter('Disabled').click();
  const reader = await stage.guest('reader');
  await visible(reader.list.row('off').getByText('Off', { exact: true }));
  await reader.list.link('off').click();
  await visible(reader.page.getByText('Disabled', { exact: true }));

  await list.enabled('off').click();
  await isOn('off', true);
  await eventually(async () => assert.ok(isPlainlyOn(await stage.api.plaintext('off')), 'off'));
  await list.enabled('on').click();
  await isOn('on', false);
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('on'), { command: 'y', enabled: false }));

  await list.edit('both');
  await editor.isShown('both');
  assert.equal(await editor.field('Enabled').isChecked(), false);
  await editor.field('Enabled').check();
  await editor.save.click();
  await visitor.seesToast('both was saved');
  assert.ok(isPlainlyOn(await stage.api.plaintext('both')), 'both');
  await editor.back.click();
  await isOn('both', true);
}

function isPlainlyOn(config) {
  return config.enabled !== false && !('disabled' in config);
}

/** The word as it is typed into the raw text. */
async function typed(stage, visitor) {
  const { list, editor, page } = visitor;
  await stage.api.put('typed', { command: 'x', description: 'as it was' });
  await visible(list.row('typed'));
  const before = await readFile(stage.setting.document, 'utf8');
  await list.edit('typed');
  await editor.isShown('typed');
  await editor.json.click();
  await editor.text.fill('{"command":"x","enabled":true,"disabled":true}');
  await editor.save.click();
  await visible(editor.problems);
  const contradiction = page.getByText('Contradicts enabled: keep one of them.');
  await visible(contradiction.last());
  await editor.form.click();
  await visible(contradiction.last());
  await editor.json.click();
  assert.equal(await readFile(stage.setting.document, 'utf8'), before, 'what contradicts itself was stored');
  await editor.text.fill('{"command":"x","disabled":true}');
  await editor.save.click();
  await visitor.seesToast('typed was saved');
  const word = stage.setting.dialect === 'open' ? { disabled: true } : { enabled: false };
  assert.deepEqual(await stage.api.plaintext('typed'), { command: 'x', ...word });
  await editor.form.click();
  await eventually(async () => assert.equal(await editor.field('Enabled').isChecked(), false));
  await editor.back.click();
  await eventually(async () => assert.equal(await list.enabled('typed').isChecked(), false));
}

async function pasted(stage, visitor) {
  const { list, importing, page } = visitor;
  await visitor.goTo('#/import');
  await visible(importing.heading);
  const servers = { resting: { command: 'z', disabled: true }, working: { command: 'z', disabled: false } };
  await importing.text.fill(JSON.stringify({ mcpServers: servers }));
  await visible(importing.found);
  await visible(importing.entries.nth(0).getByText('turned off'));
  assert.equal(await importing.entries.nth(1).getByText('turned off').count(), 0);
  await importing.import('2 servers were imported.');
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('working'), { command: 'z' }));
  assert.deepEqual(await stage.api.plaintext('resting'), { command: 'z', enabled: false });
  await page.keyboard.press('Escape');
  await list.isShown();
  await eventually(async () => assert.equal(await list.enabled('resting').isChecked(), false));
  assert.ok(await list.enabled('working').isChecked());
}
