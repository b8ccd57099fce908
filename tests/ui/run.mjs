// Goes through one journey: `run.mjs NAME SETTING`. The setting is JSON: where the service is, its one-time code, keys,
// the document's path, and where pictures of a failure are left. Lines of JSON on its output are for who started it.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { launch } from './packages.mjs';
import { Stage } from './stage.mjs';

const [name, setting] = process.argv.slice(2);
const { default: journey } = await import(`./journeys/${name}.mjs`);
const browser = await launch();
const stage = new Stage(browser, JSON.parse(setting));
try {
  const measured = await journey(stage);
  stage.assertNothingWentWrongUnseen();
  if (measured !== undefined) console.log(JSON.stringify({ measured }));
} catch (error) {
  process.exitCode = 1;
  console.error(error);
  await leavePictures().catch((reason) => console.error(`no pictures: ${reason}`));
} finally {
  // What a page asks for at the very end is for nobody, and no reason to fail.
  for (const { context } of stage.visitors) await context.unrouteAll({ behavior: 'ignoreErrors' });
  await browser.close();
  // The input stays open as long as the service does.
  process.stdin.destroy();
}

async function leavePictures() {
  if (stage.setting.left === undefined) return;
  await mkdir(stage.setting.left, { recursive: true });
  for (const [index, visitor] of stage.visitors.entries()) {
    const path = join(stage.setting.left, `${name}-${index + 1}.png`);
    await visitor.page.screenshot({ path, timeout: 5_000 });
    const said = [...visitor.said.slice(-8), ...visitor.complaints].join('\n  ');
    console.error(`visitor ${index + 1} at ${visitor.page.url()}, in ${path}\n  ${said}`);
    console.error(await visitor.page.locator('body').ariaSnapshot({ timeout: 5_000 }));
  }
}
