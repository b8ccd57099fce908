// Every sample of another client's file, pasted: the page finds the servers that the file has, and says what can't be imported and what
// has to be entered. No secret of it is on the page but in the field that it was pasted into.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';

import { visible } from '../claims.mjs';

const SAMPLES = new URL('../../fixtures/clients/', import.meta.url);

/** What is asked for rather than looked up. */
const ASKED = ['input', 'secret', 'user', 'template'];

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, importing, page } = visitor;
  await list.import.first().click();
  let servers = 0;
  const folders = (await readdir(SAMPLES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name: folder } of folders) {
    const place = new URL(`${folder}/`, SAMPLES);
    const expected = JSON.parse(await readFile(new URL('expected.json', place), 'utf8'));
    const text = await readFile(new URL(expected.file, place), 'utf8');
    await importing.read(text);
    // Of a text without the name of its file some say of no client that they are its own.
    const options = await importing.format.locator('option').evaluateAll((all) => all.map(({ value, text: label }) => [value, label]));
    const meant = options.find(([value]) => value === expected.format)?.[1];
    if (options[0][1] !== `Detected: ${meant}`) {
      await importing.format.selectOption(expected.format);
      await importing.isRead();
    }
    assert.deepEqual(await importing.names(), expected.servers.map(({ name }) => name), folder);
    for (const { name, original_name: original } of expected.servers) {
      if (original !== undefined) await visible(importing.entry(name).getByText(`${JSON.stringify(original)} in the text.`, { exact: true }));
    }
    const refused = await importing.refused.locator('span').allTextContents();
    assert.deepEqual(refused, expected.refused.map(({ name, why }) => `${name}: ${why}`), folder);
    for (const { server } of expected.references.filter(({ kind }) => ASKED.includes(kind))) {
      await visible(importing.entry(server).getByRole('group', { name: 'Values to enter', exact: true }));
    }
    // With what is folded away; what the field holds is its value, and no part of the document.
    const shown = await page.evaluate(() => document.documentElement.outerHTML);
    for (const secret of expected.secrets) assert.ok(!shown.includes(secret), `${folder}: a secret is on the page`);
    servers += expected.servers.length;
  }
  assert.ok(servers >= 70, `${servers} servers`);
  assert.deepEqual(await stage.api.names(), [], 'nothing is stored by looking');
}
