// A server echoes its secret in its errors, its tools and on stderr: nothing of the page ever has it, in a test and in the views on
// its tools, resources and prompts.

import assert from 'node:assert/strict';

import { Canary } from '../canary.mjs';
import { visible } from '../claims.mjs';
import { Operator, Toolbox } from '../programs.mjs';

const SECRET = 'canary-7be1f0a2c9';

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  const secret = { env: { TOKEN: SECRET } };
  await operator.put('box', { ...box.config, ...secret });
  await operator.put('fails', { command: 'sh', args: ['-c', 'echo "not with $TOKEN" >&2; exit 3'], ...secret });
  const visitor = await stage.visitor();
  const canary = await Canary.on(visitor, SECRET);
  await visitor.open(`${stage.setting.address}/`);
  await canary.isSaved();
  await visitor.signIn.withKey(stage.setting.keys.operator);
  await visitor.list.isShown();
  const { editor, testing, tools, resources, prompts, running, page } = visitor;

  await visitor.goTo('#/servers/box');
  await editor.isShown('box');
  await testing.test.click();
  await testing.ends(/^It works: 6 tools/);
  assert.match(await testing.stderr.innerText(), /listening with \*\*\*/);
  await testing.tools.click();
  await visible(testing.panel.getByText('Needs ***.'));
  // A draft of it, whose mask keeps the secret, is tested in an instance of its own.
  await editor.fill({ Description: 'draft' });
  await testing.test.click();
  await testing.ends(/^It works: 6 tools/);
  await testing.test.click();
  await testing.ends(/^It works: 6 tools/);
  // What was typed is kept for a reload otherwise.
  await editor.fill({ Description: '' });
  await canary.assertSilent();

  await page.evaluate(() => { location.hash = '#/servers/fails'; });
  await editor.isShown('fails');
  await testing.test.click();
  await testing.ends('It does not work.');
  await testing.said(/not with \*\*\*/);

  await page.evaluate(() => { location.hash = '#/servers/box/tools'; });
  await tools.open('leak');
  await visible(tools.item('leak').getByText('Needs ***.').last());
  assert.match(await tools.argument('leak', 'key').innerText(), /default \*\*\*/);
  // A result is for its caller, and is passed on as it came.
  await tools.open('refuse');
  await tools.call('refuse').click();
  await visible(tools.result('refuse').getByText(/not with \*\*\*/));
  await running.view('Resources').click();
  await resources.open('notes://of/***');
  await visible(resources.item('notes://of/***').getByText('Needs ***.', { exact: true }));
  await resources.item('notes://of/***').locator('summary').click();
  await visible(page.getByLabel('notes://of/*** as the server lists it', { exact: true }));
  await running.view('Prompts').click();
  await prompts.open('greet');
  await visible(prompts.item('greet').locator('.tool-body').getByText('Greets with ***.', { exact: true }));
  await canary.assertSilent();
  assert.doesNotMatch(await stage.log(), new RegExp(SECRET));
}
