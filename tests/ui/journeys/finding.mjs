// The list is searched, filtered and sorted, also from the keyboard.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';
import { hasFocus } from '../focus.mjs';

export default async function (stage) {
  await stage.api.put('alpha', { command: 'npx', args: ['-y', 'zeta'] });
  await stage.api.put('beta', { url: 'https://beta.example/mcp', enabled: false });
  await stage.api.put('gamma', { url: 'https://alpha.example/sse', transport: 'sse' });
  const visitor = await stage.owner();
  const { list, page } = visitor;
  const lists = (names) => eventually(async () => assert.deepEqual(await list.names(), names));
  await lists(['alpha', 'beta', 'gamma']);
  await list.sortBy('Name').click();
  await lists(['gamma', 'beta', 'alpha']);
  await list.sortBy('Name').click();
  await lists(['alpha', 'beta', 'gamma']);

  for (const [shown, names] of Object.entries({
    Enabled: ['alpha', 'gamma'], Disabled: ['beta'], stdio: ['alpha'], HTTP: ['beta'], SSE: ['gamma'],
  })) {
    await list.filter(shown).click();
    await lists(names);
    await list.filter(shown).click();
  }
  await lists(['alpha', 'beta', 'gamma']);
  assert.equal(await list.filter('Invalid').count(), 0, 'what no server has is not offered');

  // Filters combine, say how many they would show, and are in the address: a reload keeps them, and back leads out.
  await list.filter('HTTP').click();
  await list.filter('SSE').click();
  await lists(['beta', 'gamma']);
  assert.equal(await list.filter('Enabled').textContent(), 'Enabled 1');
  await list.filter('Enabled').click();
  await lists(['gamma']);
  assert.equal(await list.count.innerText(), '1 of 3 servers');
  const pressed = (name) => list.filter(name).getAttribute('aria-pressed');
  assert.deepEqual([await pressed('SSE'), await pressed('stdio')], ['true', 'false']);
  const there = '#/?transport=http,sse&state=enabled';
  await eventually(async () => assert.ok(page.url().endsWith(there), page.url()));
  await page.reload();
  await lists(['gamma']);
  await list.search.fill('nothing');
  await lists([]);
  await page.goBack();
  assert.equal(await list.search.inputValue(), '');
  await lists(['gamma']);
  await page.goBack();
  await lists(['beta', 'gamma']);
  await page.goForward();
  await lists(['gamma']);
  // An editor is one step: the list is as it was left.
  await list.edit('gamma');
  await visitor.editor.isShown('gamma');
  await visitor.editor.back.click();
  await lists(['gamma']);
  await hasFocus(page, list.link('gamma'), 'where it was left');
  await list.search.fill('zzz');
  await lists([]);
  await page.getByRole('button', { name: 'Clear search and filters', exact: true }).click();
  await lists(['alpha', 'beta', 'gamma']);
  assert.match(page.url(), /#\/$/);
  // An address that somebody was sent.
  const guest = await stage.visitor();
  await guest.open(`${stage.setting.address}/#/?q=alpha&transport=sse,nothing`);
  await guest.signIn.withKey(stage.setting.keys.reader);
  await eventually(async () => assert.deepEqual(await guest.list.names(), ['gamma']));
  assert.equal(await guest.list.search.inputValue(), 'alpha');

  // The keyboard: to the field, to the first result and back; Escape clears.
  await list.heading.click();
  await page.keyboard.press('/');
  assert.ok(await list.search.evaluate((element) => element === document.activeElement));
  await page.keyboard.type('alpha');
  // By name, and by where it leads.
  await lists(['alpha', 'gamma']);
  await page.keyboard.press('ArrowDown');
  await hasFocus(page, list.link('alpha'), 'down from the field');
  await page.keyboard.press('ArrowUp');
  await hasFocus(page, list.search, 'up from the first server');
  await page.keyboard.press('Enter');
  await hasFocus(page, list.link('alpha'), 'Enter in the field');
  await list.search.focus();
  await page.keyboard.press('Escape');
  await lists(['alpha', 'beta', 'gamma']);
  await hasFocus(page, list.search, 'after Escape');
  await list.search.fill('none of these');
  await lists([]);
  await visible(page.getByRole('heading', { name: 'No matching servers', exact: true }));
  await list.search.fill('');

  await stage.writer('writer').put('delta', { command: 'new' });
  await lists(['alpha', 'beta', 'delta', 'gamma']);
  await visible(list.row('delta').getByText(/writer/));
}
