// Who may only read sees the tools and no control; who may write takes tools away, and gives none back.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { Operator, Toolbox } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  await operator.put('box', box.config, { start: 'always' });
  await operator.once('box', 'running');

  const writer = await stage.guest('writer');
  await writer.goTo('#/servers/box/tools');
  await writer.tools.open('dot');
  await visible(writer.tools.refresh);
  assert.equal(await writer.tools.call('dot').count(), 0, 'it may not call');
  await writer.tools.deny('dot').click();
  await eventually(async () => assert.deepEqual(await writer.tools.marks('dot'), ['denied']));
  assert.equal(await writer.tools.allow('dot').count(), 0);
  assert.equal(await writer.page.getByRole('button', { name: 'Allow all', exact: true }).count(), 0);
  await writer.tools.pin.click();
  await visible(writer.page.getByText('The tools are pinned: one that is new or changed can\'t be called before it is accepted.'));
  assert.equal(await writer.tools.pin.count(), 0);

  const seen = [];
  const reader = await stage.guest('reader');
  await reader.page.exposeFunction('seen', (text) => seen.push(text));
  await reader.page.evaluate(() => {
    const look = () => {
      for (const control of document.querySelectorAll('main .running :is(button, input, select, textarea, [role=switch])')) globalThis.seen(control.getAttribute('aria-label') ?? control.textContent);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true });
  });
  await reader.page.evaluate(() => { location.hash = '#/servers/box/tools'; });
  await reader.tools.open('dot');
  await box.change();
  await operator.call('box', 'echo', {});
  await stage.writer('operator').send('GET', '/api/instances/box/tools?refresh=true');
  await visible(reader.tools.drift);
  await visible(reader.tools.drift.getByText('A key with the scope run can accept them.'));
  await reader.tools.open('fresh');
  await gone(reader.tools.accept);
  const controls = [...new Set(seen)].filter((text) => !/^(echo|dot|wait|leak|refuse|fail|fresh)/.test(text) && text !== '');
  assert.deepEqual(controls, [], 'what opens a tool is all');
}
