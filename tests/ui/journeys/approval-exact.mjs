// What is approved is seen exactly: line breaks, controls, blanks and what reorders a text have marks, and no two launches look the same.

import assert from 'node:assert/strict';

import { assertAccessible, assertFits } from '../axe.mjs';
import { visible } from '../claims.mjs';

const SCRIPT = 'true # needs no setup;\ntouch /tmp/PWNED';

const ARGS = [
  ['-c', '-c'],
  [SCRIPT, 'true·#·needs·no·setup;[\\n]touch·/tmp/PWNED'],
  ['true # needs no setup;\\ntouch /tmp/PWNED', 'true·#·needs·no·setup;\\ntouch·/tmp/PWNED'],
  ['\u202egpj.exe\u202c', '[\\u202e]gpj.exe[\\u202c]'],
  ['\\u202egpj.exe', '\\u202egpj.exe'],
  ['pay\u200bload\ufeff', 'pay[\\u200b]load[\\ufeff]'],
  ['bell\u0007\u001b[2K', 'bell[\\u0007][\\u001b][2K'],
  [' --a  b ', '·--a··b·'],
  ['a\tb', 'a[\\t]b'],
  ['a\u00a0b', 'a[\\u00a0]b'],
  [`rm${' '.repeat(40)}x`, 'rm[·×40]x'],
  ['\u05d0 1', '\u05d0·1'],
];

export default async function (stage) {
  const writer = stage.writer('writer');
  await writer.put('hostile', { command: '/bin/sh', args: ARGS.map(([arg]) => arg), env: { 'LOG_LEVEL': 'debug ' } });
  await writer.put('second', { command: '/bin/\u202esh', args: ['a\nb'] });
  const visitor = await stage.guest('operator');
  const { list, editor, running, importing, page } = visitor;

  // The row of the list has one line, with escapes.
  const target = list.row('second').locator('code.target');
  assert.equal(await drawn(target), '/bin/[\\u202e]sh \'a[\\n]b\'');
  assert.equal(await target.getAttribute('title'), '/bin/\\u202esh \'a\\nb\'');

  await list.status('hostile').getByRole('link', { name: /^Needs approval/ }).click();
  await visible(running.approve);
  const args = running.fact('Arguments').locator('code');
  for (const [index, [arg, seen]] of ARGS.entries()) assert.equal(await drawn(args.nth(index)), seen, JSON.stringify(arg));
  await running.button('Show values').click();
  await visible(running.fact('Environment').locator('code').nth(1));
  assert.equal(await drawn(running.fact('Environment').locator('code').nth(1)), 'debug·');
  // Below each other, in the order of the text, and copied as they are.
  const script = args.nth(1);
  assert.ok((await script.boundingBox()).height > 1.7 * (await args.nth(0).boundingBox()).height, 'a line break breaks the line');
  assert.equal(await copied(script), SCRIPT);
  assert.equal(await copied(args.nth(3)), '\\u202egpj.exe\\u202c');
  assert.deepEqual(await args.last().evaluate((code) => [getComputedStyle(code).direction, getComputedStyle(code).unicodeBidi]), ['ltr', 'isolate-override']);
  // A screen reader says what is there.
  assert.match(await script.ariaSnapshot(), /needs no setup; ?"?\n? *-? ?img "line break"/);
  assert.match(await args.nth(3).ariaSnapshot(), /img "character U\+202E"/);
  await assertFits(page, 'a launch with what is not seen');
  await page.setViewportSize({ width: 360, height: 740 });
  await assertFits(page, 'a launch with what is not seen');
  await page.setViewportSize({ width: 1280, height: 800 });

  // Where several are approved, too.
  await running.back.click();
  await list.isShown();
  for (const name of ['hostile', 'second']) await list.select(name).check();
  await list.bulk('Approve…').click();
  const several = visitor.dialog('Approve 2 servers');
  await visible(several.getByText('touch', { exact: false }).first());
  const commands = several.locator('.launch-of').filter({ has: page.getByRole('checkbox', { name: 'Approve second', exact: true }) }).locator('code');
  await visible(commands.first());
  assert.equal(await drawn(commands.first()), '/bin/[\\u202e]sh');
  await assertAccessible(page, 'several launches with what is not seen');
  await several.getByRole('button', { name: 'Cancel', exact: true }).click();

  // In the form, too, where a line break survives what is typed beside it.
  await list.edit('hostile');
  await editor.isShown('hostile');
  const typed = editor.cell('Arguments', 'Argument 2');
  assert.equal(await typed.inputValue(), SCRIPT);
  assert.equal(await drawn(editor.group('Arguments').locator('li').nth(1).locator('code')), ARGS[1][1]);
  await typed.press('ControlOrMeta+End');
  await typed.pressSequentially('x');
  await assertAccessible(page, 'a form with what is not seen');
  await editor.save.click();
  await visitor.seesToast('hostile was saved');
  assert.equal((await stage.api.plaintext('hostile')).args[1], `${SCRIPT}x`);
  await editor.back.click();
  await list.isShown();

  // An entry of an import is seen before it is stored.
  await list.import.first().click();
  await importing.read(JSON.stringify({ mcpServers: { offered: { command: '/bin/sh', args: ['-c', 'true #\ntouch\u202e x'] } } }));
  const offered = importing.entry('offered');
  assert.equal(await drawn(offered.locator('.import-target code')), '/bin/sh -c \'true #[\\n]touch[\\u202e] x\'');
  await offered.getByText('Configuration', { exact: true }).click();
  assert.match(await offered.locator('pre').innerText(), /touch\\u202e x/);
}

/** What is seen: marks in brackets, marked blanks as dots. */
function drawn(code) {
  return code.evaluate((element) => {
    const of = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.matches('.sign')) return `[${node.dataset.sign ?? node.textContent}]`;
      if (node.matches('.blank')) return getComputedStyle(node, '::before').content.includes('·') ? '·' : '?';
      return [...node.childNodes].map(of).join('');
    };
    return of(element);
  });
}

/** What somebody gets who selects and copies it. */
function copied(code) {
  return code.evaluate((element) => {
    getSelection().selectAllChildren(element);
    const text = getSelection().toString();
    getSelection().removeAllRanges();
    return text;
  });
}
