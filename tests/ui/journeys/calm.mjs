// Two hundred servers, of which 32 run and change their health all the time: the list follows the stream alone. While nobody does
// anything the page asks for nothing, and its thread rests most of the time. Measured: the share of one core that the page takes.
// The bound is five times what it is meant to be.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { replaceDocument } from '../document.mjs';
import { Operator, program } from '../programs.mjs';

const ALL = 200;
const RUNNING = 32;
const SECONDS = 20;
/** A probe may be asked for once a second. */
const PACE = 1_100;
const SHARE = 0.25;

export default async function (stage) {
  const operator = await Operator.of(stage);
  const names = Array.from({ length: ALL }, (_, index) => `server-${String(index + 1).padStart(3, '0')}`);
  const flapping = names.slice(0, RUNNING);
  // They were configured before the service was started.
  const of = (name) => [name, flapping.includes(name) ? program('flicker') : { url: `https://${name}.example.com/mcp` }];
  const mcp_config = { mcpServers: Object.fromEntries(names.map(of)) };
  await replaceDocument(stage.setting.document, JSON.stringify({ agent_settings: { agent_kind: 'openhands', mcp_config } }));
  for (const name of flapping) {
    await operator.approve(name);
    await operator.run(name, { start: 'always' });
  }
  for (const name of flapping) await operator.once(name, 'running');
  const visitor = await stage.guest('reader');
  const { list } = visitor;
  await eventually(async () => assert.equal((await list.names()).length, ALL));
  await visible(list.status(flapping[0]).getByText(/^(Healthy|Not checked)/));

  const writer = stage.writer('writer');
  let isOver = false;
  const flap = async (name) => {
    while (!isOver) {
      await writer.send('POST', `/api/instances/${name}/probe`);
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  };
  const flaps = Promise.all(flapping.map(flap));
  const measured = await watch(visitor).finally(() => {
    isOver = true;
    return flaps;
  });
  assert.deepEqual(measured.requests, [], 'nothing is asked for');
  assert.ok(measured.changes > RUNNING * SECONDS / 4, JSON.stringify(measured));
  assert.ok(measured.share < SHARE, JSON.stringify(measured));
  return measured;
}

/** What the page does while nobody does anything. */
async function watch({ page, context, list }) {
  await visible(list.status('server-001').getByText(/^Degraded/));
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.evaluate(countChanges);
  // The time that the processes compute: others may want the machine, too.
  const session = await context.browser().newBrowserCDPSession();
  const taken = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const of = (type) => processInfo.filter((process) => process.type === type).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    return { at: Date.now() / 1_000, page: of('renderer'), browser: of('browser'), gpu: of('GPU') };
  };
  const before = await taken();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  const after = await taken();
  const changes = await page.evaluate(() => globalThis.statusChanges);
  const share = (what) => (after[what] - before[what]) / (after.at - before.at);
  return { share: share('page'), browser: share('browser'), gpu: share('gpu'), changes, requests };
}

/** Runs in the page: how often the word of a row became another. */
function countChanges() {
  globalThis.statusChanges = 0;
  const words = new Map();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const cell = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target)?.closest('.col-status');
      if (cell === null || cell === undefined) continue;
      const row = cell.closest('[data-row]').dataset.row;
      const word = cell.textContent.split(' ')[0];
      if (words.get(row) !== word) globalThis.statusChanges += 1;
      words.set(row, word);
    }
  }).observe(document.querySelector('tbody'), { subtree: true, childList: true, characterData: true });
}
