// The list is searched, filtered and sorted, also from the keyboard.

import assert from 'node:assert/strict';

import { eventually, visible } from '../claims.mjs';

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
    Enabled: ['alpha', 'gamma'], Disabled: ['beta'], stdio: ['alpha'], Remote: ['beta', 'gamma'], 'Needs attention': [],
    All: ['alpha', 'beta', 'gamma'],
  })) {
    await list.show.selectOption(shown);
    await lists(names);
  }
  await page.keyboard.press('Escape');
  await list.heading.click();
  await page.keyboard.press('/');
  assert.ok(await list.search.evaluate((element) => element === document.activeElement));
  await page.keyboard.type('alpha');
  // By name, and by where it leads.
  await lists(['alpha', 'gamma']);
  await list.search.fill('none of these');
  await lists([]);
  await visible(page.getByText(/no server/i).first());
  await list.search.fill('');

  await stage.writer('writer').put('delta', { command: 'new' });
  await lists(['alpha', 'beta', 'delta', 'gamma']);
  await visible(list.row('delta').getByText(/writer/));
}
