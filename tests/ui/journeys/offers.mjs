// The resources and prompts of a server are searched and looked at, with the keyboard and with the mouse. A server that has none has no
// way to them, and nothing is asked for without a reason.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, Toolbox, program } from '../programs.mjs';

const RESOURCES = ['notes://today', 'notes://plan', 'notes://of/none', 'notes://{year}/{month}{?words*}'];

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  await operator.put('box', box.config);
  await operator.put('bare', program(), { start: 'always' });
  await operator.once('bare', 'running');
  const visitor = await stage.guest('operator');
  const { list, running, resources, prompts, page } = visitor;
  const keys = new Keyboard(page);
  const asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/\/(resources|prompts)$/.test(pathname)) asked.push(pathname.split('/').slice(-2).join(' '));
  });
  const links = (...names) => eventually(async () => assert.deepEqual(await running.views.getByRole('link').allTextContents(), names));

  // Who edits a server that does not run asks for nothing, and who looks starts nothing.
  await list.edit('box');
  await visitor.editor.isShown('box');
  await links('Configuration', 'Status', 'Tools', 'Log', 'History', 'Approval');
  assert.deepEqual(asked, []);
  await visitor.goTo('#/servers/box/resources');
  await visible(page.getByText('The server has not listed its resources yet. It does when it runs.'));
  await visitor.goTo('#/servers/box/prompts');
  await visible(page.getByText('The server has not listed its prompts yet. It does when it runs.'));
  await eventually(async () => assert.equal(await page.title(), 'Prompts · box · MCP servers'));
  assert.equal((await operator.shown('box')).state, 'idle');
  await keys.choose(page.getByRole('link', { name: 'See its status', exact: true }));
  await links('Configuration', 'Status', 'Tools', 'Log', 'History', 'Approval');

  // Once it runs the way to them is there, without a reload.
  await keys.choose(running.button('Start'));
  await operator.once('box', 'running');
  await links('Configuration', 'Status', 'Tools', 'Resources', 'Prompts', 'Log', 'History', 'Approval');
  await keys.choose(running.view('Resources'));
  await visible(resources.opener('notes://today'));
  await hasFocus(page, running.view('Resources'), 'the way that was gone');
  assert.deepEqual(await resources.names(), RESOURCES);
  assert.equal(await resources.count.innerText(), '4 resources');
  await visible(page.getByText(/^Listed (just now|\d+ s ago)\.$/));
  assert.equal(await resources.what('notes://today').innerText(), 'Notes of today');
  assert.equal(await resources.what('notes://plan').innerText(), 'plan');
  assert.deepEqual(await resources.marks('notes://today'), ['text/markdown']);
  assert.deepEqual(await resources.marks('notes://of/none'), []);
  assert.deepEqual(await resources.marks('notes://{year}/{month}{?words*}'), ['template', 'text/markdown']);
  await eventually(async () => assert.equal(await resources.refresh.getAttribute('aria-busy'), null));
  const before = asked.length;

  // Searched by what is shown of them; the way leads to what was found.
  await keys.press('/');
  await hasFocus(page, resources.search, 'the search');
  await keys.type('MIDNIGHT markdown');
  await eventually(async () => assert.deepEqual(await resources.names(), ['notes://today']));
  assert.equal(await resources.count.innerText(), '1 of 4 resources');
  await keys.press('Escape');
  await keys.type('nothing of the kind');
  await visible(page.getByText('No matching resources'));
  await keys.choose(page.getByRole('button', { name: 'Clear the search', exact: true }));
  await hasFocus(page, resources.search, 'the search again');
  await keys.type('by-month');
  await keys.press('ArrowDown');
  await hasFocus(page, resources.opener('notes://{year}/{month}{?words*}'), 'what was found');
  await keys.press('Enter');
  await visible(resources.region.getByText('Notes of one month.', { exact: true }));
  assert.deepEqual(await resources.facts('notes://{year}/{month}{?words*}'), { Name: 'by-month', Variables: 'year month words', 'MIME type': 'text/markdown' });
  await resources.search.fill('');
  await keys.choose(resources.opener('notes://today'));
  await visible(resources.item('notes://today').locator('.tool-description'));
  assert.deepEqual(await resources.facts('notes://today'), {
    'MIME type': 'text/markdown', Size: '2048 bytes', Audience: 'user, assistant', 'Last modified': '2026-01-02T03:04:05Z',
  });
  await keys.choose(resources.item('notes://today').locator('summary'));
  await visible(page.getByLabel('notes://today as the server lists it', { exact: true }).getByText('"uri": "notes://today"'));
  assert.equal(asked.length, before, 'what is looked at is not asked for again');

  // Another list is seen where it is asked for, and the entry that is open stays so.
  await box.change();
  await keys.choose(resources.refresh);
  await visible(resources.opener('notes://fresh'));
  assert.equal(await resources.opener('notes://today').getAttribute('aria-expanded'), 'true');

  // The prompts, with the mouse.
  await running.view('Prompts').click();
  await visible(prompts.opener('review'));
  assert.deepEqual(await prompts.names(), ['review', 'greet']);
  assert.equal(await prompts.what('greet').innerText(), 'Greets with none.');
  assert.deepEqual(await prompts.marks('review'), ['2 arguments']);
  assert.deepEqual(await prompts.marks('greet'), []);
  await prompts.search.fill('style');
  await eventually(async () => assert.deepEqual(await prompts.names(), ['review']));
  await prompts.open('review');
  await visible(prompts.item('review').getByText('Has a text reviewed.', { exact: true }));
  assert.deepEqual(Object.entries(await prompts.facts('review')), [['text', 'required The text: What is reviewed.'], ['style', 'optional How strictly.']]);
  await prompts.item('review').locator('summary').click();
  await visible(page.getByLabel('review as the server lists it', { exact: true }).getByText('"required": true'));
  await prompts.search.fill('');
  await prompts.open('greet');
  await visible(prompts.item('greet').getByText('It takes no arguments.'));

  // A reader sees them and no control; what runs is seen from its configuration too.
  const reader = await stage.guest('reader');
  await reader.goTo('#/servers/box');
  await reader.running.view('Resources').click();
  await reader.resources.open('notes://plan');
  assert.equal(await reader.resources.refresh.count(), 0);

  // What does not run is shown as it was, with its age.
  await stage.writer('operator').patch('box', { enabled: false });
  await visible(prompts.region.getByText(/^Listed .+; the server does not run, so it may offer something else by now\.$/));
  assert.deepEqual(await prompts.names(), ['review', 'greet']);

  // A server without them has no way to them; who has an address is answered.
  await page.evaluate(() => { location.hash = '#/servers/bare/tools'; });
  await visible(visitor.tools.region);
  await eventually(() => assert.ok(asked.includes('bare resources') && asked.includes('bare prompts')));
  await visitor.goTo('#/servers/bare/resources');
  await visible(page.getByText('The server has no resources.'));
  await links('Configuration', 'Status', 'Tools', 'Resources', 'Log', 'History', 'Approval');
  await running.view('Tools').click();
  await gone(running.view('Resources'));
}
