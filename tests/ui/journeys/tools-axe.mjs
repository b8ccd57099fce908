// Tests, tools, resources and prompts under axe, in one colour scheme, wide and at the width of a phone, where nothing is cut off.

import assert from 'node:assert/strict';

import { assertFits } from '../axe.mjs';
import { eventually, visible } from '../claims.mjs';
import { Operator, Toolbox, program } from '../programs.mjs';

const WIDTHS = [1280, 390];

export default async function (stage) {
  const operator = await Operator.of(stage);
  const box = new Toolbox(stage);
  await operator.put('box', box.config, { start: 'always' });
  await operator.put('works', program('say=a-line-without-a-blank-'.padEnd(300, 'x')));
  await operator.put('missing', { command: 'no-such-program' });
  await operator.put('never', program());
  await stage.writer('writer').put('theirs', program());
  await operator.once('box', 'running');
  const visitor = await stage.guest('operator', { colorScheme: stage.setting.scheme, reducedMotion: 'reduce' });
  const { editor, testing, tools, resources, prompts, page } = visitor;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const fine = async (what) => {
      await assertFits(page, what);
      const cut = await page.locator('.editor-foot .button').evaluateAll((all) => all.filter((own) => own.scrollWidth > own.clientWidth).map(({ textContent }) => textContent));
      assert.deepEqual(cut, [], `${what} at ${width} px`);
    };
    for (const [name, said] of [['works', /^It works/], ['missing', 'It does not work.'], ['theirs', /not approved/]]) {
      await visitor.goTo(`#/servers/${name}`);
      await editor.isShown(name);
      await testing.test.click();
      await testing.ends(said);
      if (name === 'works') await testing.tools.click();
      await fine(`the test of ${name}`);
    }
    await visitor.goTo('#/servers/never');
    await editor.isShown('never');
    await editor.json.click();
    await editor.text.fill(JSON.stringify(program('mute')));
    await testing.test.click();
    await visible(testing.cancel);
    await fine('a test that is under way');
    await testing.cancel.click();
    await editor.discard.click();
    await visitor.dialog('Discard this draft?').or(page.getByRole('alertdialog')).getByRole('button', { name: 'Discard', exact: true }).click();
    await visitor.list.isShown();
    await visitor.goTo('#/servers/never/tools');
    await visible(page.getByText('The server has not listed its tools yet.', { exact: false }));
    await fine('tools that are not known');
    await visitor.goTo('#/servers/box/tools');
    await visible(tools.opener('echo'));
    await fine('the tools');
    await tools.open('echo');
    await tools.open('dot');
    await tools.open('leak');
    await tools.call('dot').click();
    await visible(tools.result('dot').getByText('The tool answered'));
    await tools.call('leak').click();
    await visible(tools.result('leak').getByText('The tool failed'));
    await tools.call('echo').click();
    await visible(tools.trying('echo').getByText('A value is needed here.').first());
    await fine('tools that are opened and called');
    await tools.button('echo', 'Edit as JSON').click();
    await fine('arguments as JSON');
    await tools.search.fill('nothing of the kind');
    await fine('no tool that was searched');
    await tools.search.fill('');
    await box.change();
    await tools.refresh.click();
    await visible(tools.drift);
    await tools.deny('dot').or(tools.allow('dot')).count();
    await fine('tools that differ');
    await box.changeBack();
    // A listing that is still under way, from before the change, is the answer to a request for another one too.
    await eventually(async () => {
      await tools.refresh.click();
      await tools.drift.waitFor({ state: 'hidden', timeout: 1_000 });
    });
    await visitor.goTo('#/servers/box/resources');
    await visible(resources.opener('notes://today'));
    await fine('the resources');
    await resources.open('notes://today');
    await resources.open('notes://{year}/{month}{?words*}');
    await resources.item('notes://today').locator('summary').click();
    await fine('resources that are opened');
    await resources.search.fill('nothing of the kind');
    await fine('no resource that was searched');
    await visitor.goTo('#/servers/box/prompts');
    await prompts.open('review');
    await prompts.open('greet');
    await fine('prompts that are opened');
    await visitor.goTo('#/servers/never/prompts');
    await visible(page.getByText('The server has not listed its prompts yet.', { exact: false }));
    await fine('prompts that are not known');
  }
}
