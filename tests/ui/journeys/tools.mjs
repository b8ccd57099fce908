// The tools of a server are searched, looked at, called and taken away, with the keyboard. Nothing of a call is logged.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';
import { Keyboard } from '../keyboard.mjs';
import { Operator, Toolbox } from '../programs.mjs';

const SAID = 'what was said once';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  await operator.put('box', box.config);
  const visitor = await stage.guest('operator');
  const { list, running, tools, page } = visitor;
  const keys = new Keyboard(page);

  // Nothing is known before it ran once, and nothing is started by looking.
  await list.edit('box');
  await visitor.editor.isShown('box');
  await keys.choose(running.view('Tools'));
  await visible(page.getByText('The server has not listed its tools yet. It does when it runs.'));
  assert.equal((await operator.shown('box')).state, 'idle');
  await keys.choose(page.getByRole('link', { name: 'See its status', exact: true }));
  await keys.choose(running.button('Start'));
  await operator.once('box', 'running');
  await keys.choose(running.view('Tools'));
  await visible(tools.opener('echo'));
  assert.deepEqual(await tools.names(), ['echo', 'dot', 'wait', 'leak', 'refuse', 'fail']);
  assert.equal(await tools.count.innerText(), '6 tools');
  assert.deepEqual(await tools.marks('echo'), ['read-only']);
  await visible(page.getByText(/^Listed (just now|\d+ s ago)\.$/));
  assert.equal(await tools.drift.count(), 0);

  // Searched by name, title and description; the way leads to what was found.
  await keys.press('/');
  await hasFocus(page, tools.search, 'the search');
  await keys.type('never ANSWERS');
  await eventually(async () => assert.deepEqual(await tools.names(), ['wait']));
  assert.equal(await tools.count.innerText(), '1 of 6 tools');
  await keys.press('Escape');
  await eventually(async () => assert.equal((await tools.names()).length, 6));
  await keys.type('nothing of the kind');
  await visible(page.getByText('No matching tools'));
  await keys.choose(page.getByRole('button', { name: 'Clear the search', exact: true }));
  await hasFocus(page, tools.search, 'the search again');
  await keys.type('echo');
  await keys.press('ArrowDown');
  await hasFocus(page, tools.opener('echo'), 'what was found');
  await keys.press('Enter');

  // What it takes, in words and as its schema.
  await visible(tools.item('echo').getByText('Answers what it is called with.', { exact: true }));
  assert.match(await tools.argument('echo', 'text').innerText(), /string, required\s+What is said\./);
  assert.match(await tools.argument('echo', 'mood').innerText(), /string, required\s+How it is said\.\s+One of\s+glad\s+sad/);
  assert.match(await tools.argument('echo', 'times').innerText(), /integer, default 1\s+How often\./);
  assert.match(await tools.argument('echo', 'pitch').innerText(), /number or null/);
  assert.match(await tools.argument('echo', 'names').innerText(), /array of string/);
  await keys.choose(tools.item('echo').locator('summary').first());
  await visible(page.getByLabel('Schema of echo', { exact: true }).getByText('"$ref": "#/$defs/mood"'));

  // Called by its fields; what can't be meant is said at its field, and asks nobody.
  await keys.typeInto(tools.field('echo', 'text (required)'), SAID);
  await keys.typeInto(tools.field('echo', 'times'), '1.5');
  await keys.typeInto(tools.field('echo', 'names'), '["a",');
  await keys.press('ControlOrMeta+Enter');
  await visible(tools.trying('echo').getByText('This is not a whole number.'));
  await visible(tools.trying('echo').getByText('A value is needed here.'));
  await hasFocus(page, tools.field('echo', 'mood (required)'), 'the first that is wrong');
  await keys.press('g');
  await keys.typeInto(tools.field('echo', 'times'), '12345678901234567890');
  await keys.typeInto(tools.field('echo', 'names'), '["a", "b"]');
  await keys.typeInto(tools.field('echo', 'text (required)'), SAID);
  await keys.press('Enter');
  const answer = page.getByLabel('Result of echo, part 1', { exact: true });
  await eventually(async () => assert.equal(await answer.innerText(), [
    '{', `  "text": "${SAID}",`, '  "mood": "glad",', '  "times": 12345678901234567890,', '  "names": [', '    "a",', '    "b"', '  ]', '}',
  ].join('\n')));
  assert.match(await tools.result('echo').getByRole('status').innerText(), /^The tool answered\s+in \d+ ms$/);
  assert.equal(await page.getByLabel('Structured result of echo', { exact: true }).count(), 0, 'it says the same');

  // The same as JSON, with more than there are fields for; both ways lose nothing.
  await keys.choose(tools.button('echo', 'Edit as JSON'));
  const json = tools.field('echo', 'Arguments as JSON');
  assert.deepEqual(JSON.parse(await json.inputValue()).names, ['a', 'b']);
  await keys.typeInto(json, '{"text": "x", "mood": "glad", "more": [1');
  await keys.choose(tools.call('echo'));
  await visible(tools.trying('echo').locator('.field-error'));
  await keys.typeInto(json, '{"text": "x", "mood": "glad", "more": [1.0]}');
  await keys.choose(tools.call('echo'));
  await eventually(async () => assert.match(await answer.innerText(), /"more": \[\s+1\.0\s+\]/));
  await hasFocus(page, tools.result('echo'), 'the result');
  await keys.choose(tools.button('echo', 'Edit in fields'));
  await visible(tools.trying('echo').getByText('Kept from the JSON, without a field here: more.'));
  assert.equal(await tools.field('echo', 'text (required)').inputValue(), 'x');
  // It is there again where it was closed meanwhile.
  await keys.choose(tools.opener('echo'));
  await gone(tools.trying('echo'));
  await keys.press('Enter');
  assert.equal(await tools.field('echo', 'text (required)').inputValue(), 'x');
  await keys.press('Enter');

  // A picture, a tool that fails, one that answers an error, one that never answers and is given up.
  await tools.search.fill('');
  await keys.choose(tools.opener('dot'));
  await keys.choose(tools.call('dot'));
  const picture = tools.result('dot').getByRole('img', { name: 'Result of dot, part 1', exact: true });
  await eventually(async () => assert.deepEqual(await picture.evaluate(sizeAndColour), [5, 5, 255, 0, 0]));
  await visible(tools.result('dot').getByText('image/png, 85 bytes'));
  await keys.choose(tools.opener('fail'));
  await keys.choose(tools.call('fail'));
  await visible(tools.result('fail').getByText('The tool failed', { exact: true }));
  assert.equal(await page.getByLabel('Result of fail, part 1', { exact: true }).innerText(), 'no birds today');
  await keys.choose(tools.opener('refuse'));
  assert.equal(await tools.button('refuse', 'Edit in fields').count(), 0, 'its schema names no argument');
  await keys.choose(tools.call('refuse'));
  await visible(tools.result('refuse').getByText('The server answers with an error.'));
  await visible(tools.result('refuse').getByText(/not with none/));
  await keys.choose(tools.opener('wait'));
  await keys.choose(tools.call('wait'));
  await visible(tools.trying('wait').getByText(/^Waiting for [1-9]/));
  await keys.press('Escape');
  await gone(tools.button('wait', 'Cancel the call'));
  await hasFocus(page, tools.call('wait'), 'the call again');

  // Taken away, and given back; the keyboard stays where it was.
  await keys.choose(tools.deny('fail'));
  await visible(tools.allow('fail'));
  assert.deepEqual(await tools.marks('fail'), ['denied']);
  await gone(tools.trying('fail'));
  await hasFocus(page, tools.allow('fail'), 'what was pressed');
  const refused = await operator.call('box', 'fail');
  assert.equal(refused.body.type, '/problems/tool-not-allowed');
  await keys.press('Enter');
  await visible(tools.deny('fail'));
  await visible(tools.call('fail'));
  assert.deepEqual((await stage.writer('operator').send('GET', '/api/instances/box/policy')).body.policy.tools, { allow: null, deny: [], pinned: false });

  // Somebody else was faster: nothing of theirs is lost.
  await stage.writer('operator').send('PATCH', '/api/instances/box/policy', { body: { tools: { deny: ['dot'] } } });
  await keys.choose(tools.deny('fail'));
  await visible(page.getByText('Somebody else changed which tools are offered meanwhile. This is how it is now.'));
  await eventually(async () => assert.deepEqual(await tools.marks('dot'), ['denied']));
  assert.deepEqual(await tools.marks('fail'), []);
  await keys.choose(tools.deny('fail'));
  await eventually(async () => assert.deepEqual(await tools.marks('fail'), ['denied']));
  assert.deepEqual(await tools.marks('dot'), ['denied']);

  // All of them are given back at once.
  await visible(page.getByText('2 tools are denied.', { exact: true }));
  await keys.choose(page.getByRole('button', { name: 'Allow all', exact: true }));
  await eventually(async () => assert.deepEqual([await tools.marks('fail'), await tools.marks('dot')], [[], []]));
  await gone(page.getByRole('button', { name: 'Allow all', exact: true }));
  assert.deepEqual((await stage.writer('operator').send('GET', '/api/instances/box/policy')).body.policy.tools, { allow: null, deny: [], pinned: false });

  // What does not run is shown as it was, with its age.
  await operator.call('box', 'echo', { text: SAID, mood: 'sad' });
  await stage.writer('operator').patch('box', { enabled: false });
  await visible(page.getByText(/^Listed .+; the server does not run, so it may offer something else by now\.$/));
  assert.equal((await tools.names()).length, 6);
  assert.doesNotMatch(await stage.log(), new RegExp(SAID));
}

/** Runs in the browser. A copy is read each time: Chromium warns of a canvas whose pixels are read twice. */
function sizeAndColour(canvas) {
  const copy = new OffscreenCanvas(5, 5).getContext('2d');
  if (canvas.width > 0) copy.drawImage(canvas, 0, 0);
  return [canvas.width, canvas.height, ...copy.getImageData(2, 2, 1, 1).data.slice(0, 3)];
}
