// What other programs do to the settings file: they put another in its place, at once.

import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';

export async function replaceDocument(path, text) {
  await writeFile(`${path}.draft`, text, { mode: 0o600 });
  await rename(`${path}.draft`, path);
}

/** Spoils the encrypted value of a variable, so that no key opens it any more. */
export async function spoilSecret(path, variable) {
  const text = await readFile(path, 'utf8');
  const spoiled = text.replace(new RegExp(`("${variable}": *"gAAAAA.{30}).{4}`), '$1AAAA');
  assert.notEqual(spoiled, text, `there is no encrypted ${variable}`);
  await replaceDocument(path, spoiled);
}
