import { expect, test } from '@playwright/test';
import { choose, discs, idle, modelReady, openApp } from './support.js';

test('a higher confidence filters, a lower one and the overlap select again, detail runs the network', async ({
  page,
}) => {
  await openApp(page);
  await modelReady(page);
  await choose(page, await discs(640, 480));
  await page.getByRole('tab', { name: 'Settings' }).click();
  const count = async (): Promise<number> => parseInt(await page.locator('.pill').innerText(), 10);
  // Every message to the worker is counted from here on.
  await page.evaluate(() => {
    const page = window as unknown as { asked: number };
    page.asked = 0;
    const prototype = Worker.prototype as unknown as { postMessage: (...given: unknown[]) => void };
    prototype.postMessage = new Proxy(prototype.postMessage, {
      apply(post, worker, args) {
        page.asked++;
        Reflect.apply(post, worker, args);
      },
    });
  });
  const asked = (): Promise<number> => page.evaluate(() => (window as unknown as { asked: number }).asked);
  const before = await count();
  await page.getByLabel('Confidence').fill('0.95');
  await expect.poll(count).toBeLessThan(Math.max(1, before));
  expect(await asked()).toBe(0);
  await page.getByLabel('Confidence').fill('0.05');
  await expect.poll(asked).toBeGreaterThan(0);
  await idle(page);
  await expect.poll(count).toBeGreaterThanOrEqual(before);
  await page.getByRole('radio', { name: '640' }).check({ force: true });
  await expect(page.locator('.facts')).toContainText('640', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Back to the model’s own' }).click();
  await expect(page.locator('.facts')).toContainText('320', { timeout: 60_000 });
  await expect.poll(count).toBe(before);
});

test('settings and theme stay from visit to visit', async ({ page }) => {
  await openApp(page);
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await page.getByLabel('Overlap').fill('0.5');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByLabel('Overlap')).toHaveValue('0.5');
});
