// Both changed the same members: each is chosen by itself, in the form's draft and in the raw one, and secrets are
// shown without a value.

import assert from 'node:assert/strict';

import { eventually, gone, visible } from '../claims.mjs';

const OLD = { command: 'run', description: 'old', timeout: 10, env: { TOKEN: 'first-token' } };

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor, conflict } = visitor;

  for (const mode of ['form', 'json']) {
    await stage.api.put(mode, OLD);
    await visitor.goTo('#/');
    await list.edit(mode);
    await editor.isShown(mode);
    if (mode === 'form') {
      await editor.fill({ Description: 'mine', 'Timeout (seconds)': '11' });
    } else {
      const text = await editor.rawText();
      await editor.text.fill(text.replace('"old"', '"mine"').replace('10', '11'));
    }
    await stage.api.patch(mode, { description: 'theirs', timeout: 12, env: { TOKEN: 'second-token' } });
    await visible(conflict.banner);
    await editor.save.click();
    await visible(conflict.dialog);
    const rows = conflict.table.getByRole('row');
    await visible(rows.filter({ hasText: 'old' }).filter({ hasText: 'theirs' }).filter({ hasText: 'mine' }));
    await visible(rows.filter({ hasText: 'TOKEN' }).filter({ hasText: 'changed elsewhere' }));
    assert.doesNotMatch(await conflict.dialog.innerText(), /first-token|second-token/);

    await conflict.choice('Description', 'Yours').check();
    await conflict.choice('Timeout (seconds)', 'Theirs').check();
    await conflict.use.click();
    await gone(conflict.dialog);
    await editor.save.click();
    await eventually(async () => assert.deepEqual(await stage.api.plaintext(mode), {
      ...OLD, description: 'mine', timeout: 12, env: { TOKEN: 'second-token' },
    }));
    await gone(conflict.banner);
  }
}
