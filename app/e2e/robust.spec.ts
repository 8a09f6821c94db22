import { expect, test, type Page } from '@playwright/test';
import { seededClip } from '../../test/support/seededClip.js';
import { choose, clickAt, discs, drop, expectSelected, idle, modelReady, openApp } from './support.js';

/** The worker that has the model: the one that answers questions, not a thread of WebAssembly. */
const engine = (page: Page) => page.workers().find((worker) => worker.url().includes('browserProgram'));

test('a worker that dies in mid-run is replaced, with the same picture', async ({ page }) => {
  await openApp(page);
  await modelReady(page);
  await engine(page)?.evaluate(() => {
    const die = (): void => {
      setTimeout(() => {
        throw new Error('killed by the test');
      });
    };
    addEventListener('message', die, { once: true });
  });
  await drop(page, [await discs(3000, 2000, 'large.jpg')]);
  await expect(page.locator('.notices')).toContainText('The engine stopped and was started again.');
  await expect(page.locator('.pill')).toContainText('object', { timeout: 90_000 });
  await expect(page.locator('.open-name')).toHaveText('large.jpg');
});

test('work can be stopped; the picture stays and can be tried again', async ({ page }) => {
  await openApp(page);
  await modelReady(page);
  await drop(page, [await discs(6000, 4000, 'huge.jpg')]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('.notice.work')).toHaveCount(0);
  await expect(page.locator('.open-name')).toHaveText('huge.jpg');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.pill')).toContainText('object', { timeout: 90_000 });
});

test('24 megapixels', async ({ page }) => {
  await openApp(page);
  await choose(page, await discs(6000, 4000, 'large.jpg'));
  await clickAt(page, 1680, 2000);
  await expectSelected(page, 1);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  expect(download.suggestedFilename()).toBe('large_cutout.png');
});

test('after 100 pictures the page holds no more than after ten', async ({ page }) => {
  test.setTimeout(600_000);
  await openApp(page);
  await modelReady(page);
  const pictures = [await discs(800, 600, 'a.png'), await discs(800, 600, 'b.png')];
  const used = (): Promise<number> =>
    page.evaluate(async () => {
      (globalThis as unknown as { gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
    });
  let early = 0;
  for (let i = 1; i <= 100; i++) {
    const picture = pictures[i % 2];
    await drop(page, [picture]);
    await expect(page.locator('.open-name')).toHaveText(picture.name);
    await idle(page);
    await expect(page.locator('.pill')).toContainText('object');
    if (i === 10) early = await used();
  }
  const late = await used();
  expect(late).toBeLessThan(early + 10_000_000);
});

test('words choose objects where encoders are dropped in', async ({ page }) => {
  await openApp(page);
  await modelReady(page);
  await drop(page, [{ name: 'clip-small.safetensors', mimeType: '', buffer: Buffer.from(seededClip()) }]);
  await expect(page.locator('.notices')).toContainText('Words can choose objects now.', { timeout: 60_000 });
  await idle(page);
  await page.getByLabel('A word for what you mean').fill('an orange');
  await page.getByRole('button', { name: 'Find it' }).click();
  await expectSelected(page, 1);
});
