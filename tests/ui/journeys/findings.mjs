// What looks like a secret in arguments, paths of URLs and texts: the list hides it, the editor warns of it while it is
// typed, a key that may only read sees where it is, and nothing of it is changed.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, gone, visible } from '../claims.mjs';
import { descriptionOf } from '../fields.mjs';
import { hasFocus } from '../focus.mjs';

const TOKEN = 'ghp_abcdefghij0123456789';
const PATH = 'mV3kq9TzR7pLw2XbN8dY4hGf';
const WARNING = /looks like a secret, but it is stored and shown in clear\./;

const LOCAL = {
  command: 'npx', args: ['-y', 'some-server@1.2.3', '--api-key=canary-flag', '--as', TOKEN, '--port', '80'],
  description: `ask for ${TOKEN}`,
};
const BOXED = { command: 'docker', args: ['run', '--rm', '-e', 'API_TOKEN=canary-flag', '-e', 'MODE=fast', 'image', '--api-key=canary-flag'] };
const REMOTE = { url: `https://remote.example/s/${PATH}/mcp` };

export default async function (stage) {
  await stage.api.put('local', LOCAL);
  await stage.api.put('remote', REMOTE);
  const visitor = await stage.owner();
  const { list, editor, importing, page } = visitor;
  await visible(list.row('local').getByText('npx some-server@1.2.3 --api-key=… --as … --port 80'));
  await visible(list.row('remote').getByText('remote.example', { exact: true }));
  const hidden = new RegExp(`canary-flag|${TOKEN}|${PATH}`);
  assert.doesNotMatch(await page.content(), hidden, 'the list');
  // Nothing is found by it either: else it could be tried letter by letter over somebody's shoulder.
  await list.search.fill('ghp_');
  await visible(page.getByRole('heading', { name: 'No matching servers', exact: true }));
  await list.search.fill('');

  await list.edit('local');
  await editor.isShown('local');
  const warned = (locator) => eventually(async () => assert.match(await descriptionOf(locator), WARNING));
  const argument = (number) => editor.cell('Arguments', `Argument ${number}`);
  await warned(argument(3));
  await warned(argument(5));
  await warned(editor.field('Description'));
  for (const number of [1, 2, 4, 6, 7]) assert.equal(await descriptionOf(argument(number)), '', `argument ${number}`);
  await assertAccessible(page, 'a server with suspects');
  // A warning goes with what it is about, and comes while that is typed.
  await argument(5).fill('someone');
  await eventually(async () => assert.equal(await descriptionOf(argument(5)), ''));
  await argument(7).fill('');
  await argument(7).pressSequentially('xoxb-1234567890-abc');
  await warned(argument(7));
  await argument(7).fill('80');
  await argument(5).fill(TOKEN);
  await editor.json.click();
  await eventually(async () => assert.deepEqual(await warnings(page), ['Argument 3', 'Argument 5', 'Description']));
  await editor.text.fill(JSON.stringify({ ...LOCAL, args: ['-y', 'some-server@1.2.3', `--url=https://u:p@h.example/`], timeout: 5 }));
  await eventually(async () => assert.deepEqual(await warnings(page), ['Argument 3', 'Description']));
  // It warns, and stops nothing.
  await editor.text.fill(JSON.stringify({ ...LOCAL, timeout: 5 }));
  await editor.save.click();
  await visitor.seesToast('local was saved');
  assert.deepEqual(await stage.api.plaintext('local'), { ...LOCAL, timeout: 5 });
  await editor.back.click();
  await list.edit('remote');
  await editor.isShown('remote');
  await warned(editor.field('URL'));
  await editor.field('URL').fill('https://remote.example/mcp');
  await eventually(async () => assert.equal(await descriptionOf(editor.field('URL')), ''));
  await editor.discard.click();
  await visitor.dialog('Discard this draft?').getByRole('button', { name: 'Discard', exact: true }).click();

  // Where it changes nothing of what is run, one click moves it to where it is encrypted, and another one back.
  await stage.api.put('boxed', BOXED);
  await list.edit('boxed');
  await editor.isShown('boxed');
  const move = page.getByRole('button', { name: /^Move .* to the environment$/ });
  assert.deepEqual(await move.allTextContents(), ['Move API_TOKEN to the environment']);
  await assertAccessible(page, 'a suspect that can be moved');
  await move.click();
  await hasFocus(page, argument(4), 'moved');
  assert.equal(await argument(4).inputValue(), 'API_TOKEN');
  assert.equal(await editor.cell('Environment', 'Name 1').inputValue(), 'API_TOKEN');
  await visible(page.getByText('API_TOKEN was moved to the environment, where it is encrypted.'));
  await gone(move);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  assert.equal(await argument(4).inputValue(), 'API_TOKEN=canary-flag');
  await move.click();
  await editor.save.click();
  await visitor.seesToast('boxed was saved');
  assert.deepEqual(await stage.api.plaintext('boxed'), {
    ...BOXED, args: BOXED.args.with(3, 'API_TOKEN'), env: { API_TOKEN: 'canary-flag' },
  });
  await visible(editor.dots('API_TOKEN'));
  await editor.back.click();

  await visitor.goTo('#/import');
  await visible(importing.heading);
  await importing.text.fill(JSON.stringify({ mcpServers: { pasted: LOCAL } }));
  await visible(importing.found);
  assert.equal(await importing.found.getByText(/looks like a secret, and will be shown to everyone with read access\./).count(), 3);
  assert.doesNotMatch(await importing.found.innerHTML(), hidden, 'a preview');

  const reader = await stage.guest('reader');
  await visible(reader.list.row('local').getByText('--api-key=…'));
  await reader.list.link('local').click();
  const findings = reader.page.getByRole('list', { name: 'Findings', exact: true });
  await visible(findings);
  const texts = await findings.getByRole('listitem').allTextContents();
  assert.deepEqual(texts.map((text) => text.split(' looks')[0]), ['Argument 3', 'Argument 5', 'Description']);
  assert.doesNotMatch(texts.join(), hidden);
  await assertAccessible(reader.page, 'findings that are only seen');
  await stage.api.put('local', { command: 'npx' });
  await gone(findings);
}

/** The places that the JSON tab warns of. */
async function warnings(page) {
  const texts = await page.getByText(WARNING).allTextContents();
  return texts.map((text) => text.slice(0, text.indexOf(': This looks')));
}
