// A local server from the empty list: command, arguments and variables as they were typed, the secret sealed.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  await list.newServer.first().click();
  await editor.isShown('Add server');

  // Nothing is saved that the service would refuse, and the reasons are where they belong.
  await editor.save.click();
  await visible(editor.problems);
  await hasFocus(visitor.page, editor.problems, 'the summary');
  assert.ok(await editor.problems.getByRole('link').count() > 0, 'the summary leads to the fields');
  assert.deepEqual(await stage.api.names(), []);

  await editor.field('Name').fill('files');
  await editor.transport('stdio').check();
  await editor.fill({ Command: 'npx', Description: 'Files of the team', 'Working directory': '/srv' });
  await editor.addArgument(1, '-y');
  await editor.addArgument(2, '@example/server-filesystem');
  await editor.addArgument(3, '/srv/with a space');
  await editor.addPair('Environment', 1, 'API_TOKEN', 'typed-secret');
  await editor.addPair('Environment', 2, 'MODE', 'fast');
  await editor.fill({ 'Timeout (seconds)': '30' });
  await editor.save.click();
  await visitor.seesToast('files was saved');

  assert.deepEqual(await stage.api.plaintext('files'), {
    command: 'npx',
    args: ['-y', '@example/server-filesystem', '/srv/with a space'],
    env: { API_TOKEN: 'typed-secret', MODE: 'fast' },
    cwd: '/srv',
    description: 'Files of the team',
    timeout: 30,
  });
  await visitor.goTo('#/');
  await visible(list.row('files'));
  await visible(list.row('files').getByText('2 secrets', { exact: true }));

  // The switch in the list is a write of its own.
  assert.equal(await list.enabled('files').getAttribute('aria-checked'), 'true');
  await list.enabled('files').click();
  await eventually(async () => assert.equal((await stage.api.plaintext('files')).enabled, false));
  await eventually(async () => assert.equal(await list.enabled('files').getAttribute('aria-checked'), 'false'));
}
