// A server gets another name, with its secrets, in one step; a taken name is refused where it was typed.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

const CONFIG = { command: 'run', env: { TOKEN: 'moves-along' } };

export default async function (stage) {
  await stage.api.put('old', CONFIG);
  await stage.api.put('taken', { command: 'other' });
  const visitor = await stage.owner();
  const { list, editor, renaming, page } = visitor;
  await list.choose('old', 'Rename');
  for (const [name, reason] of [['not a name', /white space/i], ['taken', /already/]]) {
    await renaming.to(name);
    await visible(renaming.dialog.getByText(reason));
    assert.equal(await renaming.name.getAttribute('aria-invalid'), 'true');
  }
  assert.deepEqual(await stage.api.names(), ['old', 'taken']);
  await renaming.to('new');
  await gone(renaming.dialog);
  await eventually(async () => assert.deepEqual(await stage.api.names(), ['new', 'taken']));
  assert.deepEqual(await stage.api.plaintext('new'), CONFIG);

  // Somebody else's editor follows.
  await visitor.goTo('#/servers/new');
  await editor.isShown('new');
  await stage.api.send('POST', '/api/settings/mcp-servers/new/rename', { body: { to: 'newest' } });
  await visible(page.getByText(/newest/).first());
}
