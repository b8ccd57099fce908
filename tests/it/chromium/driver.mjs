// Drives one headless Chromium for a Rust test. A line in is a request as JSON, a line out its answer:
//   {"open": URL}                               a new tab in a profile of its own; {"ok": {"page", "status"}}
//   {"page": N, "run": SOURCE, "with": VALUE}   the body of an async function of `input`, in the page; {"ok": VALUE}
// What fails is answered {"error": TEXT}. The end of the input ends the browser.

import { createInterface } from 'node:readline';

import { launch } from '../../ui/packages.mjs';

async function main() {
  // Names for pages on different sites, all of them here.
  const browser = await launch(['--host-resolver-rules=MAP *.example 127.0.0.1']);
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
