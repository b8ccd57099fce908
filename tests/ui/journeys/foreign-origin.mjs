// A proxy serves the page under an origin that the service does not know. The page is there all the same, says which
// setting to change and to what, and so does the log, once.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('kept', { command: 'kept' });
  const { origin } = new URL(stage.setting.address);
  const isAdvice = (alert) => alert.filter({ hasText: 'MCP_SETTINGS_ALLOWED_ORIGINS' }).filter({ hasText: origin });

  // The link is used by a POST, which names the origin.
  const visitor = await stage.visitor();
  await visitor.open(stage.link);
  await visitor.signIn.isShown();
  await visible(isAdvice(visitor.page.getByRole('alert')).first());

  // A key can be entered, since reading needs no origin. The first write is refused, and says why.
  await visitor.signIn.withKey(stage.setting.keys.admin);
  await visitor.list.isShown();
  await visitor.list.enabled('kept').click();
  await visible(isAdvice(visitor.page.getByRole('alert')).first());
  assert.deepEqual(await stage.api.plaintext('kept'), { command: 'kept' });
  await eventually(async () => {
    const lines = (await stage.log()).split('\n').filter((line) => line.includes('refused the web origin'));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.ok(lines[0].includes(JSON.stringify(origin)) && lines[0].includes('MCP_SETTINGS_ALLOWED_ORIGINS'), lines[0]);
  });
}
