// A page that is older than the service takes no parts of the newer one: it says so.

import { visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, page } = visitor;
  await page.route('**/editing.js', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/(["'`])[0-9a-f]{16}\1/, '"0123456789abcdef"');
    await route.fulfill({ response: answer, body });
  });
  await list.newServer.first().click();
  await visible(page.getByRole('alert').getByText('Reload the page'));
}
