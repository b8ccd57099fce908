// Save and test is what the editor does by default, also where Enter is pressed in a field. What fails is stored all the same and says
// so; what can't be tested says why, with a way out; plain saving is a key away. All of it with the keyboard.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, program } from '../programs.mjs';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const visitor = await stage.guest('operator');
  const { list, editor, testing, page } = visitor;
  const keys = new Keyboard(page);
  const stored = (name) => stage.writer('operator').plaintext(name);

  // A new one, by Enter in a field: it is stored, then tested under its name, and fails.
  await keys.choose(list.newServer.first());
  await keys.typeInto(editor.field('Name'), 'birds');
  await keys.typeInto(editor.field('Command'), 'no-such-program');
  await visible(testing.saveAndTest);
  await keys.press('Enter');
  await visitor.seesToast('birds was saved');
  await testing.ends('It was saved, and does not work.');
  await testing.said('The program can\'t be started.');
  await hasFocus(page, testing.panel, 'what came of it');
  assert.equal((await stored('birds')).command, 'no-such-program');
  await visible(page.getByText('Everything is saved.', { exact: true }));

  // Corrected, by the button.
  const works = program('say=hello');
  await editor.json.click();
  await editor.text.fill(JSON.stringify({ ...works, timeout: 10 }));
  await visible(testing.panel.getByText('The draft was changed after this test.'));
  await keys.choose(testing.saveAndTest);
  await testing.ends(/^It works: 11 tools, in \d+ ms\.$/);
  await hasFocus(page, testing.panel, 'what came of it');
  assert.equal((await stored('birds')).timeout, 10);
  assert.equal((await operator.shown('birds')).state, 'running', 'it is the instance that is used');

  // What is stored is tested as it is, by its name; a draft of it by an instance of its own. Saving it keeps what is known of it.
  const asked = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/instances/test')) asked.push(Object.keys(JSON.parse(request.postData())));
  });
  await keys.choose(testing.test);
  await eventually(() => assert.deepEqual(asked, [['name']]));
  await testing.ends(/^It works/);
  await editor.form.click();
  await editor.fill({ Description: 'Birds of the garden' });
  await keys.choose(testing.test);
  await eventually(() => assert.deepEqual(asked[1], ['name', 'config']));
  await testing.ends(/^It works/);
  await gone(testing.panel.getByText('The draft was changed after this test.'));
  await editor.field('Description').focus();
  await keys.press('ControlOrMeta+s');
  await visitor.seesToast('birds was saved');
  await eventually(async () => assert.equal((await stored('birds')).description, 'Birds of the garden'));
  await visible(testing.panel.getByText(/^It works/).last());
  assert.equal(await testing.panel.getByText('The draft was changed after this test.').count(), 0);
  assert.equal(asked.length, 2, 'plain saving tests nothing');

  // From within a field of several lines, too. What is off is tried in an instance of its own.
  await editor.field('Enabled').uncheck();
  await editor.json.click();
  await editor.text.focus();
  await keys.press('ControlOrMeta+Enter');
  await eventually(() => assert.deepEqual(asked[2], ['name', 'config']));
  await testing.ends(/^It works/);
  assert.equal((await stored('birds')).enabled, false);

  // What the service refuses is at its field.
  await page.route('**/api/instances/test', (route) => route.fulfill({
    status: 422, contentType: 'application/problem+json',
    body: JSON.stringify({ type: '/problems/invalid-config', title: 'Invalid', status: 422, detail: 'No.', errors: [{ pointer: '/command', message: 'Not this one.' }] }),
  }));
  await editor.form.click();
  await editor.fill({ 'Working directory': '/tmp' });
  await keys.choose(testing.test);
  await visible(editor.problems.getByText('Not this one.'));
  await hasFocus(page, editor.problems, 'what is to be looked at');
  assert.match(await editor.field('Command').evaluate((field) => document.getElementById(field.getAttribute('aria-describedby').split(' ')[0]).textContent), /Not this one/);

  // What keeps it from being tested has a way out.
  const refusals = [
    [429, 'too-many-tests', 'Your tests that are under way must end first.'],
    [503, 'not-the-runner', 'Another service runs the servers, or this one is not ready for that yet.'],
    [404, 'unknown-server', 'No server has this name any more.'],
  ];
  for (const [status, slug, said] of refusals) {
    await page.unroute('**/api/instances/test');
    await page.route('**/api/instances/test', (route) => route.fulfill({
      status, contentType: 'application/problem+json', body: JSON.stringify({ type: `/problems/${slug}`, title: slug, status, detail: '' }),
    }));
    await keys.choose(testing.test);
    await visible(testing.panel.getByText(said, { exact: false }));
    await visible(testing.again);
  }
  await page.unroute('**/api/instances/test');
  await page.route('**/api/instances/test', (route) => route.abort());
  await keys.choose(testing.again);
  await visible(testing.panel.getByText('The service can\'t be reached.', { exact: false }));
  await page.unroute('**/api/instances/test');
  await keys.choose(testing.again);
  await testing.ends(/^It works/);
  await keys.choose(testing.close);
  await gone(testing.panel);

  // What somebody else has written is shown before it is executed, and the way there is a link.
  await stage.writer('writer').put('theirs', program());
  await visitor.goTo('#/servers/theirs');
  await editor.isShown('theirs');
  await keys.choose(testing.test);
  await visible(testing.panel.getByText('What it would execute is not approved yet.'));
  await keys.choose(testing.panel.getByRole('link', { name: 'See what would be executed', exact: true }));
  await visible(visitor.running.approval);
}
