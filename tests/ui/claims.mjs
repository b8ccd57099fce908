// Claims that take a moment to come true: each is tried until it holds or patience ends.

const PATIENCE = 10_000;

/** Waits until the claim does not throw, and gives what it gives. */
export async function eventually(claim, patience = PATIENCE) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** What the page does one frame after it has drawn is done: the focus on arrival, its keys, its title. */
export async function settled(page) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))));
}

export async function visible(locator) {
  await locator.waitFor({ state: 'visible' });
}

export async function gone(locator) {
  await locator.waitFor({ state: 'hidden' });
}
