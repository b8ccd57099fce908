// Every view on a running server under axe, in one colour scheme, wide and at the width of a phone, where nothing is cut off.

import { assertFits } from '../axe.mjs';
import { visible } from '../claims.mjs';
import { Operator, program } from '../programs.mjs';

const WIDTHS = [1280, 390];

export default async function (stage) {
  const operator = await Operator.of(stage);
  const check = { health_check: { tool: 'fail', interval_seconds: 10, timeout_seconds: 1, failure_threshold: 1 } };
  await operator.put('birds', { ...program('say=a-line-without-a-blank-'.padEnd(300, 'x')), env: { TOKEN: 'secret', PATH: '/usr/bin:/bin' } }, { start: 'always' });
  await operator.put('sick', program(), { start: 'always', ...check });
  await operator.put('broken', program('exit', 'say=no database'), { start: 'always' });
  await operator.put('asleep', program());
  await operator.put('changed', program('say=one'));
  await stage.writer('writer').put('changed', program('say=two'));
  await stage.writer('writer').put('new', { command: 'no-such-program' });
  await operator.once('birds', 'running');
  await operator.once('broken', 'error');
  const options = { colorScheme: stage.setting.scheme, reducedMotion: 'reduce' };
  const visitor = await stage.guest('operator', options);
  const { list, running, page } = visitor;
  await list.status('sick').getByText(/^Unhealthy/).waitFor({ timeout: 60_000 });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const fine = (what) => assertFits(page, what);
    await fine('the list');
    for (const [name, shown] of [['birds', 'MCP version'], ['sick', 'The tool failed.'], ['broken', 'The program ended.'], ['asleep', 'Calls'], ['new', 'Calls']]) {
      await visitor.goTo(`#/servers/${name}/status`);
      await visible(running.status.getByText(shown, { exact: true }));
      await fine(`the status of ${name}`);
    }
    await visitor.goTo('#/servers/birds/log');
    await visible(running.log.getByText(/^a-line/));
    await fine('the log');
    await visitor.goTo('#/servers/broken/history');
    await visible(running.history.getByText('Start failed', { exact: true }).first());
    await fine('the history');
    for (const name of ['changed', 'birds', 'new']) {
      await visitor.goTo(`#/servers/${name}/approval`);
      await visible(running.approval.getByText('Command', { exact: true }));
      await fine(`the approval of ${name}`);
    }
    await visitor.goTo('#/servers/nobody/status');
    await visible(page.getByText('No server has this name.', { exact: true }));
    await fine('nobody');
    await visitor.goTo('#/servers/birds');
    await visitor.editor.isShown('birds');
    await fine('the configuration');
    await visitor.goTo('#/');
    await list.isShown();
    await list.select('changed').check();
    await list.select('new').check();
    await list.bulk('Approve…').click();
    await visible(visitor.dialog('Approve 2 servers').getByText('say=two', { exact: true }));
    await fine('several to approve');
    await page.keyboard.press('Escape');
    await list.bulk('Clear selection').click();
  }
}
