// What is typed while the service takes its time is kept, also where it is no JSON yet: while a draft is saved, and
// while somebody else's changes are fetched.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one' });
  const visitor = await stage.owner();
  const { list, editor, conflict, page } = visitor;
  await list.edit('one');
  await editor.isShown('one');
  await editor.json.click();
  const half = '{"command":"one","timeout":5,"description":"half';

  const saving = await held(page, 'PUT');
  await editor.text.fill('{"command":"one","timeout":5}');
  await page.keyboard.press('ControlOrMeta+s');
  await editor.text.fill(half);
  await saving.goOn();
  await visitor.seesToast('one was saved');
  await gone(visitor.status('Saving one'));
  assert.equal(await editor.text.inputValue(), half);
  await editor.text.fill(`${half} a word"}`);
  await editor.save.click();
  await eventually(async () => assert.equal((await stage.api.plaintext('one')).description, 'half a word'));

  await stage.api.patch('one', { keep_alive: true });
  await visible(conflict.banner);
  const reading = await held(page, 'GET');
  await conflict.merge.click();
  await editor.text.fill(half);
  await reading.goOn();
  await visible(visitor.alert('The JSON does not parse'));
  assert.equal(await editor.text.inputValue(), half);
  await editor.text.fill(`${half} a sentence"}`);
  await conflict.merge.click();
  await visible(conflict.merged);
  await editor.save.click();
  await eventually(async () => assert.deepEqual(await stage.api.plaintext('one'), {
    command: 'one', timeout: 5, description: 'half a sentence', keep_alive: true,
  }));
}

/** Holds what is asked about the server by this method back, until it may go on. */
async function held(page, method) {
  const requests = [];
  const address = '**/mcp-servers/one';
  await page.route(address, (route) => {
    if (route.request().method() === method) requests.push(route);
    else void route.fallback();
  });
  return {
    goOn: async () => {
      await eventually(() => assert.notEqual(requests.length, 0));
      await Promise.all(requests.map((route) => route.continue()));
      await page.unroute(address);
    },
  };
}
