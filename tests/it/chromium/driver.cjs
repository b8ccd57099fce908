// Drives one headless Chromium for a Rust test. A line in is a request as JSON, a line out its answer:
//   {"open": URL}                               a new tab in a profile of its own; {"ok": {"page", "status"}}
//   {"page": N, "run": SOURCE, "with": VALUE}   the body of an async function of `input`, in the page; {"ok": VALUE}
// What fails is answered {"error": TEXT}. The end of the input ends the browser.
'use strict';

const { existsSync } = require('node:fs');
const { delimiter, join } = require('node:path');
const { createInterface } = require('node:readline');
const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run',
  // Names for pages on different sites, all of them here.
  '--host-resolver-rules=MAP *.example 127.0.0.1',
];

function installed() {
  const places = process.env.PATH.split(delimiter).map((folder) => join(folder, 'chromium'));
  const found = places.find(existsSync);
  if (found === undefined) throw new Error('there is no chromium on PATH');
  return found;
}

async function main() {
  const browser = await chromium.launch({ executablePath: installed(), args: ARGUMENTS });
  const pages = [];

  async function answer(request) {
    if (request.open !== undefined) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const response = await page.goto(request.open);
      return { page: pages.push(page) - 1, status: response.status() };
    }
    const run = ({ source, input }) => {
      const AsyncFunction = (async () => {}).constructor;
      return new AsyncFunction('input', source)(input);
    };
    const value = await pages[request.page].evaluate(run, { source: request.run, input: request.with });
    return value ?? null;
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line)).then((ok) => ({ ok }), (error) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
