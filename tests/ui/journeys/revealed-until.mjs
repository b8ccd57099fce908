// What was revealed is shown to the user who was signed in, and as long as it is what is stored.

import { gone, visible } from '../claims.mjs';

export default async function (stage) {
  await stage.api.put('one', { command: 'one', env: { API_KEY: 'first-value' } });
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  const shown = editor.revealed('API_KEY');
  await list.edit('one');
  await editor.isShown('one');

  await editor.reveal('API_KEY');
  await visible(shown);
  await editor.edit('API_KEY').click();
  await editor.cell('Environment', 'Value 1').fill('second-value');
  await editor.save.click();
  await visitor.seesToast('one was saved');
  await gone(shown);

  await editor.reveal('API_KEY');
  await visible(shown);
  await visitor.account.open();
  await visitor.account.signOut.click();
  await visitor.signIn.isShown();
  await gone(shown);
  // Nothing leads around signing in.
  await visitor.page.keyboard.press('Escape');
  await visitor.page.keyboard.press('Escape');
  await visitor.page.keyboard.press('Escape');
  await visible(visitor.signIn.key);
}
