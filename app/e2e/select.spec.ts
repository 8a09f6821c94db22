import { expect, test, type Page } from '@playwright/test';
import { clickAt, dragFrom, expectSelected, hoverAt, openApp, shareOf } from './support.js';

/** In the first sample: a large slice, another one, and the slices between them. */
const LARGE = [230, 290] as const;
const BLUE = [420, 220] as const;
const SMALL = [185, 465] as const;

const stage = (page: Page) => page.locator('.stage');

test.beforeEach(async ({ page }) => {
  await openApp(page);
});

test('the page opens with a picture whose objects answer before any model is there', async ({ page }) => {
  await expect(page.locator('.pill')).toHaveText(/^\d+ objects$/);
  await hoverAt(page, ...LARGE);
  await expect(stage(page)).toHaveClass(/on-object/);
  await expect(page.locator('li.hovered')).toHaveCount(1);
  await hoverAt(page, -40, -20);
  await expect(stage(page)).not.toHaveClass(/on-object/);
});

test('a click selects, Shift adds, right click takes away, undo and redo', async ({ page }) => {
  await clickAt(page, ...LARGE);
  await expectSelected(page, 1);
  await page.keyboard.down('Shift');
  await clickAt(page, ...BLUE);
  await page.keyboard.up('Shift');
  await expectSelected(page, 2);
  await clickAt(page, ...BLUE, { button: 'right' });
  await expectSelected(page, 1);
  await page.keyboard.press('Control+z');
  await expectSelected(page, 2);
  await page.keyboard.press('Control+z');
  await expectSelected(page, 1);
  await page.keyboard.press('Control+Shift+z');
  await expectSelected(page, 2);
  await page.keyboard.press('Escape');
  await expectSelected(page, 0);
});

test('every one of many actions can be undone', async ({ page }) => {
  await clickAt(page, ...LARGE);
  for (let i = 0; i < 200; i++) await page.keyboard.press(i % 2 === 0 ? '.' : ',');
  for (let i = 0; i < 201; i++) await page.keyboard.press('Control+z');
  await expectSelected(page, 0);
});

test('a drag is a box; with Shift it takes everything inside', async ({ page }) => {
  await page.keyboard.press('r');
  await dragFrom(page, [110, 165], [360, 415]);
  await expectSelected(page, 1);
  await page.keyboard.press('Escape');
  await page.keyboard.down('Shift');
  await dragFrom(page, [2, 2], [760, 500]);
  await page.keyboard.up('Shift');
  await expect(page.locator('.selection-bar .count')).toHaveText(/^\d{2} selected$/);
});

test('a lasso takes what lies in it', async ({ page }) => {
  await page.keyboard.press('l');
  await dragFrom(page, [90, 160], [380, 160], [380, 420], [90, 420], [90, 170]);
  await expect(page.locator('.selection-bar .count')).toHaveText(/^\d+ selected$/);
});

test('brush and eraser change what is selected', async ({ page }) => {
  await clickAt(page, ...LARGE);
  const before = await shareOf(page, 0);
  await page.getByRole('button', { name: 'Brush', exact: true }).click();
  await page.getByLabel('Size of the brush').fill('30');
  await dragFrom(page, [300, 300], [560, 300]);
  const more = await shareOf(page, 0);
  expect(more).toBeGreaterThan(before);
  await page.keyboard.press('e');
  await dragFrom(page, [230, 290], [200, 290]);
  expect(await shareOf(page, 0)).toBeLessThan(more);
});

test('merge, split and subtract', async ({ page }) => {
  await clickAt(page, ...LARGE);
  await page.keyboard.down('Shift');
  await clickAt(page, ...SMALL);
  await page.keyboard.up('Shift');
  const [a, b] = [await shareOf(page, 0), await shareOf(page, 1)];
  await page.keyboard.press('m');
  await expectSelected(page, 1);
  expect(await shareOf(page, 0)).toBeCloseTo(a + b, -1);
  await page.keyboard.press('j');
  await expect(page.locator('.selection-bar .count')).toHaveText(/^[2-9] selected$/);
  await page.keyboard.press('x');
  await expectSelected(page, 1);
});

test('brackets go through objects that lie over each other', async ({ page }) => {
  await clickAt(page, ...LARGE);
  const first = await shareOf(page, 0);
  await page.keyboard.press(']');
  await page.keyboard.press('[');
  expect(await shareOf(page, 0)).toBe(first);
});

test('where there is nothing the page says so and looks closer', async ({ page }) => {
  await page.keyboard.press('Escape');
  // The first place without an object, from the page's own list of what is hovered.
  let place: readonly [number, number] | undefined;
  for (let y = 20; y < 500 && !place; y += 15) {
    for (let x = 20; x < 760 && !place; x += 15) {
      await hoverAt(page, x, y);
      const classes = await stage(page).getAttribute('class');
      if (!classes?.includes('on-object')) place = [x, y];
    }
  }
  if (!place) throw new Error('the sample has no place without an object');
  await clickAt(page, ...place);
  await expect(page.locator('.nothing')).toContainText('No object here');
  await page.getByRole('button', { name: 'Look closer?' }).click();
  await expect(page.locator('.notice')).toContainText(/more objects? found|Nothing more/, { timeout: 60_000 });
});

test('zoom, pan and the three views', async ({ page }) => {
  const percent = page.locator('.percent');
  await hoverAt(page, ...LARGE);
  const before = await percent.innerText();
  await page.mouse.wheel(0, -400);
  await expect(percent).not.toHaveText(before);
  await page.keyboard.press('1');
  await expect(percent).toHaveText('100 %');
  const view = await stage(page).getAttribute('data-view');
  await page.keyboard.down('Space');
  await dragFrom(page, [300, 250], [340, 270]);
  await page.keyboard.up('Space');
  await expect(stage(page)).not.toHaveAttribute('data-view', view ?? '');
  await expectSelected(page, 0);
  await page.keyboard.press('0');
  await expect(percent).toHaveText(before);
  for (const name of ['Outlines', 'Cut-out', 'Colours']) {
    await page.keyboard.press('o');
    await expect(page.getByRole('button', { name: `View: ${name}` })).toBeVisible();
  }
});
