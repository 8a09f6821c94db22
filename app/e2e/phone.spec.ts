import { expect, test, type Page } from '@playwright/test';
import { expectSelected, onScreen, openApp } from './support.js';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

async function tap(page: Page, x: number, y: number): Promise<void> {
  const at = await onScreen(page, x, y);
  await page.touchscreen.tap(at.x, at.y);
}

/** Fingers that go from places to places, on the device's own level. */
async function fingers(page: Page, steps: readonly (readonly (readonly [number, number])[])[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const points = (places: readonly (readonly [number, number])[]) => places.map(([x, y], id) => ({ x, y, id }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(steps[0]) });
  for (const step of steps.slice(1)) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(step) });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

test('taps select, buttons say what a tap does, two fingers zoom and undo', async ({ page }) => {
  await openApp(page);
  await tap(page, 230, 290);
  await expectSelected(page, 1);
  await page.getByRole('button', { name: 'Another object' }).tap();
  await tap(page, 420, 220);
  await expectSelected(page, 2);
  const middle = await onScreen(page, 384, 250);
  await fingers(page, [[[middle.x - 40, middle.y], [middle.x + 40, middle.y]]]); // prettier-ignore
  await expectSelected(page, 1);
  const percent = async (): Promise<number> =>
    parseFloat(((await page.locator('.stage').getAttribute('data-view')) ?? '').split(' ')[0]);
  const before = await percent();
  await fingers(page, [
    [[middle.x - 30, middle.y], [middle.x + 30, middle.y]],
    [[middle.x - 70, middle.y], [middle.x + 70, middle.y]],
    [[middle.x - 110, middle.y], [middle.x + 110, middle.y]],
  ]); // prettier-ignore
  await expect.poll(percent).toBeGreaterThan(1.5 * before);
  await expectSelected(page, 1);
});

test('nothing is cut off, and the panel opens as a sheet', async ({ page }) => {
  await openApp(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBe(390);
  const panel = page.getByRole('button', { name: 'Panel' });
  await panel.tap();
  await expect(page.locator('.panel')).toBeVisible();
  const box = await page.locator('.stage').boundingBox();
  expect(box?.height).toBeGreaterThan(200);
});
