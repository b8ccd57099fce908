// What the journeys use of others: found through NODE_PATH, which only `require` knows.

import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run',
];

/** Starts the system's Chromium, without a window. */
export function launch(more = []) {
  const places = process.env.PATH.split(delimiter).map((folder) => join(folder, 'chromium'));
  const executablePath = places.find(existsSync);
  if (executablePath === undefined) throw new Error('there is no chromium on PATH');
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more] });
}

/** The path of the script of axe-core. */
export function axeScript() {
  return require.resolve('axe-core/axe.min.js');
}
