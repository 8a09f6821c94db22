import { expect, test } from '@playwright/test';
import { choose, discs, drop, fileOf, idle, modelReady, openApp, expectSelected, clickAt } from './support.js';

test.beforeEach(async ({ page }) => {
  await openApp(page);
});

test('a picture is opened by the chooser, by a drop and from the clipboard', async ({ page }) => {
  await choose(page, await discs(600, 400, 'chosen.png'));
  await expect(page.locator('.samples')).toHaveCount(0);
  await drop(page, [await discs(500, 500, 'dropped.png')]);
  await expect(page.locator('.open-name')).toHaveText('dropped.png');
  await idle(page);
  await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (blob) await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  });
  await page.getByRole('button', { name: 'Open the picture in the clipboard' }).click();
  await expect(page.locator('.open-name')).toHaveText('pasted.png');
});

test('Ctrl+V opens what is pasted', async ({ page }) => {
  const { buffer } = await discs(300, 200);
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'from-elsewhere.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
  }, buffer.toString('base64'));
  await expect(page.locator('.open-name')).toHaveText('from-elsewhere.png');
});

test('the camera takes a picture', async ({ page }) => {
  await page.getByRole('button', { name: 'Take a picture' }).click();
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await page.getByRole('button', { name: 'Take it' }).click();
  await expect(page.locator('.open-name')).toHaveText('camera.png');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('samples are opened, the last click wins', async ({ page }) => {
  await page.getByRole('button', { name: 'Sample: two lemurs' }).click();
  await page.getByRole('button', { name: 'Sample: a cup of coffee' }).click();
  await expect(page.locator('.open-name')).toHaveText('coffee.webp');
  await expect(page.locator('.pill')).toContainText('WebAssembly', { timeout: 60_000 });
  await expect(page.locator('.open-name')).toHaveText('coffee.webp');
});

test('weights that are dropped are used; the demo model comes back', async ({ page }) => {
  await modelReady(page);
  await drop(page, [await fileOf('test/golden/networks/demo.safetensors')]);
  await expect(page.locator('.notice.good')).toContainText('demo.safetensors is loaded', { timeout: 60_000 });
  await idle(page);
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.locator('.model-name')).toHaveText('demo.safetensors');
  await page.getByRole('button', { name: 'Demo model' }).click();
  await expect(page.locator('.model-name')).toHaveText('Demo model');
});

test('what is no picture, and what are no weights, is said in words with a way on', async ({ page }) => {
  await modelReady(page);
  await drop(page, [{ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }]);
  await expect(page.getByRole('alert')).toContainText('“broken.png” is no picture that this browser can read.');
  await expect(page.locator('.open-name')).toHaveText('citrus.webp');
  await drop(page, [{ name: 'broken.pt', mimeType: '', buffer: Buffer.from('no weights at all') }]);
  await expect(page.getByRole('alert')).toContainText('“broken.pt” is no model that can be used here.');
  await page.getByRole('button', { name: 'Back to the demo model' }).click();
  await idle(page);
  await expect(page.locator('.pill')).toContainText('WebAssembly');
  await drop(page, [{ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
  await expect(page.locator('.notices')).toContainText('neither a picture, a clip nor weights');
});

test('a picture of one pixel, a panorama and an empty one', async ({ page }) => {
  await choose(page, await discs(1, 1, 'one.png'));
  await clickAt(page, 0.5, 0.5);
  await choose(page, await discs(6000, 300, 'panorama.jpg'));
  const empty = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>');
  const { default: sharp } = await import('sharp');
  await choose(page, { name: 'empty.png', mimeType: 'image/png', buffer: await sharp(empty).flatten({ background: '#ddd' }).png().toBuffer() }); // prettier-ignore
  await expect(page.locator('.no-objects')).toContainText('No objects were found.');
  await page.getByRole('button', { name: 'Draw' }).click();
  await expect(page.getByRole('button', { name: 'Brush', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await expectSelected(page, 0);
});
