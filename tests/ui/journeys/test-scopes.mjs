// Who may test what: a key that writes tests what is neither started nor refers to anything; one that only reads tests nothing, and one
// that may not sees no control, from the first paint on.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  const guarded = createServer((_, answer) => answer.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end());
  await new Promise((resolve) => guarded.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${guarded.address().port}/mcp`;
  await stage.api.put('local', { command: 'x' });
  await stage.api.put('remote', { url });
  await stage.api.put('pointing', { url, headers: { Authorization: 'Bearer ${MCP_SECRET_KEY}' } });
  const writer = await stage.guest('writer');
  const { editor, testing } = writer;
  const hasNone = async () => {
    assert.equal(await testing.saveAndTest.count(), 0);
    assert.equal(await testing.test.count(), 0);
  };
  for (const name of ['local', 'pointing']) {
    await writer.goTo(`#/servers/${name}`);
    await editor.isShown(name);
    await hasNone();
  }
  assert.match(await editor.save.getAttribute('class'), /primary/, 'saving is what is done by default then');
  await writer.goTo('#/servers/remote');
  await editor.isShown('remote');
  await editor.fill({ Description: 'typed' });
  await visible(testing.saveAndTest);
  await editor.field('Description').press('Enter');
  await writer.seesToast('remote was saved');
  await testing.ends('It was saved, and does not work.');
  await testing.said('Credentials are missing or not accepted.');
  assert.equal(await testing.stderr.count(), 0);
  // The same draft as a program: its control goes.
  await editor.transport('stdio').check();
  await eventually(hasNone);

  // A key that has lost its scope meanwhile: what is refused is said, and is offered no more.
  const operator = await stage.guest('operator');
  await operator.goTo('#/servers/local');
  await operator.editor.isShown('local');
  await operator.page.route('**/api/instances/test', (route) => route.fulfill({
    status: 403, contentType: 'application/problem+json',
    body: JSON.stringify({ type: '/problems/insufficient-scope', title: 'No', status: 403, detail: '', required_scope: 'run' }),
  }));
  await operator.testing.test.click();
  await visible(operator.testing.panel.getByText('A key with the scope run can test it.', { exact: false }));
  await hasFocus(operator.page, operator.testing.panel, 'why not');
  await gone(operator.testing.test);
  assert.match(await operator.editor.save.getAttribute('class'), /primary/);

  const reader = await stage.guest('reader');
  await reader.goTo('#/servers/remote');
  await visible(reader.editor.heading('remote'));
  await visible(reader.page.getByText(url, { exact: true }));
  assert.equal(await reader.testing.saveAndTest.count(), 0);
  assert.equal(await reader.testing.test.count(), 0);
  guarded.close();
}
