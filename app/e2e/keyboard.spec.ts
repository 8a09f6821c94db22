import { expect, test } from '@playwright/test';
import { expectSelected, openApp } from './support.js';

test('everything by keyboard alone: walk, take, grow, undo, save', async ({ page }) => {
  await openApp(page);
  const stage = page.locator('.stage');
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if (await stage.evaluate((element) => element === document.activeElement)) break;
  }
  await expect(stage).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('li.hovered .name')).toHaveText('Object 1');
  await page.keyboard.press('Enter');
  await expectSelected(page, 1);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+Enter');
  await expectSelected(page, 2);
  await page.keyboard.press('m');
  await expectSelected(page, 1);
  await page.keyboard.press('Control+z');
  await expectSelected(page, 2);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  expect(download.suggestedFilename()).toBe('citrus_cutout.png');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expectSelected(page, 0);
});

test('the list of objects works by keyboard, and buttons keep their keys', async ({ page }) => {
  await openApp(page);
  await page.locator('.rows').last().getByRole('button').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.rows button').nth(1)).toBeFocused();
  await expect(page.locator('li.hovered .name')).toHaveText('Object 1');
  await page.keyboard.press('Space');
  await expectSelected(page, 1);
});

test('help lists the keys, and Escape gives the focus back', async ({ page }) => {
  await openApp(page);
  const help = page.getByRole('button', { name: 'Help and keys' });
  await help.focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Help' })).toContainText('undo');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(help).toBeFocused();
});

test('what happens is said to screen readers', async ({ page }) => {
  await openApp(page);
  await page.locator('.stage').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const said = page.getByRole('status');
  await expect(said).toHaveText('Add object 0');
  await page.keyboard.press('Control+z');
  await expect(said).toHaveText(/^Undid/);
});
