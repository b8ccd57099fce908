// A draft that fails at each stage says where and what to do, and nothing is stored; one that works shows its tools. The same draft
// is corrected from one test to the next, as people do.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { dirname, join } from 'node:path';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { program } from '../programs.mjs';

export default async function (stage) {
  const visitor = await stage.guest('operator');
  const { list, editor, testing, page } = visitor;
  const starts = join(dirname(stage.setting.document), 'starts');
  const instances = async () => (await stage.writer('operator').send('GET', '/api/instances')).body.instances.length;
  await list.newServer.first().click();
  await visible(testing.saveAndTest);
  const type = async (config) => {
    await editor.json.click();
    await editor.text.fill(JSON.stringify(config));
  };
  const fails = async (config, stages, ...said) => {
    await type(config);
    await testing.test.click();
    await testing.ends('It does not work.');
    assert.deepEqual(await testing.stages(), stages);
    for (const text of said) await testing.said(text);
  };

  // What can't be right is said at its field, and asks nobody.
  await type({ command: '' });
  await testing.test.click();
  await visible(editor.problems);
  assert.equal(await testing.panel.count(), 0);

  await fails(
    { command: 'x', env: { TOKEN: '${MCP_SECRET_NOT_THERE}' } },
    ['References failed', 'Start of the program not reached', 'Session not reached', 'List of tools not reached'],
    'A reference can\'t be resolved.', /^Set the variable, file or value/,
  );
  await hasFocus(page, testing.panel, 'what came of it');
  await fails(
    { command: 'no-such-program' },
    ['References ok', 'Start of the program failed', 'Session not reached', 'List of tools not reached'],
    'The program can\'t be started.', /was not found in the PATH/, /^Install the command/,
  );
  await fails(
    program('exit', 'say=no database'),
    ['References ok', 'Start of the program ok', 'Session failed', 'List of tools not reached'],
    'The program ended.', /^The program ended: its last lines say why/,
  );
  assert.equal(await testing.stderr.innerText(), 'no database');

  // One that says nothing is waited for in sight of the reader, who goes on typing, and ends it.
  await type(program('mute', `starts=${starts}`));
  await testing.test.click();
  await visible(page.getByText(/^Testing for [1-9]\d* s/));
  assert.equal(await testing.panel.count(), 0);
  await started(starts, 1);
  await editor.text.press('End');
  await page.keyboard.press('Escape');
  await gone(testing.cancel);
  await visible(editor.text);
  await testing.test.click();
  await visible(testing.cancel);
  const both = await started(starts, 2);
  await testing.cancel.click();
  await gone(testing.cancel);
  // Nothing that was started for it is left.
  await eventually(async () => assert.equal(running(both), 0), 20_000);

  // Over HTTP: nothing listens, something listens that wants a key.
  const unused = await port();
  await fails(
    { url: `http://127.0.0.1:${unused}/mcp` },
    ['References ok', 'Connection failed', 'Session not reached', 'List of tools not reached'],
    'The server can\'t be reached.', /^Check the address and its port/,
  );
  const guarded = createServer((_, answer) => answer.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end());
  await new Promise((resolve) => guarded.listen(0, '127.0.0.1', resolve));
  await fails(
    { url: `http://127.0.0.1:${guarded.address().port}/mcp` },
    ['References ok', 'Connection ok', 'Session failed', 'List of tools not reached'],
    'Credentials are missing or not accepted.', /^The server wants other credentials/,
  );
  guarded.close();

  // It works and offers nothing, which is worth a word.
  await type(program('bare'));
  await testing.again.click();
  await testing.ends(/^It works: 0 tools, in \d+ ms\.$/);
  await testing.said('the server has no tools');
  assert.equal(await testing.tools.count(), 0);

  await type(program());
  await visible(testing.panel.getByText('The draft was changed after this test.'));
  await testing.test.click();
  await testing.ends(/^It works: 11 tools, in \d+ ms\.$/);
  assert.deepEqual(await testing.stages(), ['References ok', 'Start of the program ok', 'Session ok', 'List of tools ok']);
  await visible(testing.panel.getByText('instance 1, MCP 2025-11-25', { exact: true }));
  await testing.tools.click();
  await visible(testing.panel.getByText('whoami', { exact: true }));
  assert.equal(await testing.panel.getByText('The draft was changed after this test.').count(), 0);
  await testing.close.click();
  await gone(testing.panel);
  assert.equal(await stage.api.names().then(({ length }) => length), 0, 'nothing was stored');
  assert.equal(await instances(), 0);
}

/** The programs that were started, once there are this many. */
async function started(starts, count) {
  return eventually(async () => {
    const pids = (await readFile(starts, 'utf8')).split('\n').slice(0, -1).map(Number);
    assert.equal(pids.length, count);
    return pids;
  }, 20_000);
}

/** How many of these programs still run. */
function running(pids) {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }).length;
}

/** A port at which nothing listens. */
async function port() {
  const socket = createSocket();
  await new Promise((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port: free } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return free;
}
