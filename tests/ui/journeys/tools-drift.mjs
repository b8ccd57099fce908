// The tools of a server change under the eyes of a reader, who sees which, has them held back, and accepts exactly those that are shown.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, Toolbox } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  await operator.put('box', box.config, { start: 'always' });
  await operator.once('box', 'running');
  const visitor = await stage.guest('operator');
  const { running, tools, page } = visitor;
  const keys = new Keyboard(page);
  await visitor.goTo('#/servers/box/tools');
  await visible(tools.opener('echo'));
  await keys.choose(tools.pin, 'Space');
  await eventually(async () => assert.equal(await tools.pin.getAttribute('aria-checked'), 'true'));
  assert.deepEqual(await tools.marks('echo'), ['read-only'], 'those that were seen first count as accepted');
  await tools.open('echo');
  await visible(tools.call('echo'));

  await box.change();
  await keys.choose(tools.refresh);
  await visible(tools.drift);
  await visible(tools.drift.getByText('Those that are new or changed are held back until you accept them.', { exact: false }));
  for (const [title, name] of [['New', 'fresh'], ['Changed', 'echo'], ['Gone', 'fail']]) {
    assert.equal(await tools.drift.locator('dl > div').filter({ hasText: title }).locator('dd').innerText(), name);
  }
  assert.deepEqual(await tools.marks('echo'), ['changed', 'held back', 'read-only']);
  assert.deepEqual(await tools.marks('fresh'), ['new', 'held back']);
  assert.deepEqual(await tools.marks('dot'), []);
  await gone(tools.call('echo'));
  await visible(tools.item('echo').getByText('It is not as it was accepted', { exact: false }));
  // Wherever the reader is, the way there says so.
  await visible(running.views.getByText('changed', { exact: true }));

  // It lists others again while they are looked at: these are shown, and nothing is accepted.
  await box.changeBack();
  await stage.writer('operator').send('GET', '/api/instances/box/tools?refresh=true');
  await eventually(async () => assert.equal(await tools.drift.count(), 0), 20_000);
  await box.change();
  await stage.writer('operator').send('GET', '/api/instances/box/tools?refresh=true');
  await visible(tools.drift);
  const changed = { type: '/problems/tools-changed', title: 'Changed', status: 409, detail: '' };
  const refuse = (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(changed) });
  await page.route('**/tools/acceptance', refuse, { times: 1 });
  await keys.choose(tools.accept);
  await visible(tools.drift.getByText('The server listed other tools while you looked. These are what it lists now.'));
  await keys.choose(tools.accept);
  await visitor.seesToast('The tools of box were accepted');
  await gone(tools.drift);
  assert.deepEqual(await tools.marks('echo'), ['read-only']);
  assert.deepEqual(await tools.marks('fresh'), []);
  await visible(tools.call('echo'));
  await gone(running.views.getByText('changed', { exact: true }));
  const { status } = await operator.call('box', 'fresh');
  assert.equal(status, 502, 'it is called, and answers an error');
}
