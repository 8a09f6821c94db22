/** What the tests share: opening the page and pictures, and places of the picture on the screen. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Download, type Page } from '@playwright/test';
import sharp from 'sharp';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file that is dropped or chosen. */
export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The page with its first sample and that sample's objects. */
export async function openApp(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.locator('.pill')).toContainText('objects');
}

/** Waits until the engine is there and nothing is being done. */
export async function idle(page: Page): Promise<void> {
  await expect(page.locator('.notice.work')).toHaveCount(0, { timeout: 90_000 });
}

/** The demo model is loaded: settings show its device. */
export async function modelReady(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.locator('.facts')).toContainText('WebAssembly', { timeout: 60_000 });
  await page.getByRole('tab', { name: 'Objects' }).click();
}

/** Opens a file by the chooser, and waits for its objects. */
export async function choose(page: Page, file: GivenFile | string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Open', exact: true }).click(),
  ]);
  await chooser.setFiles(file);
  const name = typeof file === 'string' ? basename(file) : file.name;
  await expect(page.locator('.open-name')).toHaveText(name);
  await expect(page.locator('.pill')).toContainText('object', { timeout: 90_000 });
  await idle(page);
}

/** Drops files onto the page. */
export async function drop(page: Page, files: readonly GivenFile[]): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }));
  await page.evaluate((given) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, plain);
}

/** A file of the repository. */
export async function fileOf(path: string, mimeType = 'application/octet-stream'): Promise<GivenFile> {
  return { name: basename(path), mimeType, buffer: await readFile(join(ROOT, path)) };
}

/** Discs on a plain ground: things that the demo model finds. */
export async function discs(width: number, height: number, name = 'discs.png'): Promise<GivenFile> {
  const radius = Math.round(Math.min(width, height) * 0.2);
  const at = (x: number, colour: string): string =>
    `<circle cx="${Math.round(width * x)}" cy="${Math.round(height / 2)}" r="${radius}" fill="${colour}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#e8e2d6"/>${at(0.28, '#c2452d')}${at(0.72, '#2d5fc2')}</svg>`;
  const jpeg = name.endsWith('.jpg');
  const image = sharp(Buffer.from(svg), { limitInputPixels: false });
  const buffer = await (jpeg ? image.jpeg({ quality: 90 }) : image.png()).toBuffer();
  return { name, mimeType: jpeg ? 'image/jpeg' : 'image/png', buffer };
}

/** Where a picture's place is on the screen. */
export async function onScreen(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const stage = page.locator('.stage');
  const [scale, left, top] = ((await stage.getAttribute('data-view')) ?? '').split(' ').map(Number);
  const box = await stage.boundingBox();
  if (!box) throw new Error('there is no stage');
  return { x: box.x + left + x * scale, y: box.y + top + y * scale };
}

export async function clickAt(
  page: Page,
  x: number,
  y: number,
  options: Parameters<Page['mouse']['click']>[2] = {},
): Promise<void> {
  const at = await onScreen(page, x, y);
  await page.mouse.move(at.x, at.y);
  await page.mouse.click(at.x, at.y, options);
}

export async function hoverAt(page: Page, x: number, y: number): Promise<void> {
  const at = await onScreen(page, x, y);
  await page.mouse.move(at.x, at.y);
}

export async function dragFrom(page: Page, ...places: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const [first, ...others] = await Promise.all(places.map(([x, y]) => onScreen(page, x, y)));
  await page.mouse.move(first.x, first.y);
  await page.mouse.down();
  for (const { x, y } of others) await page.mouse.move(x, y, { steps: 6 });
  await page.mouse.up();
}

/** How many things are selected. */
export async function expectSelected(page: Page, count: number): Promise<void> {
  const said = page.getByRole('toolbar', { name: 'Selection' }).locator('.count');
  if (count === 0) await expect(said).toHaveCount(0);
  else await expect(said).toHaveText(`${count} selected`);
}

/** The share of the picture that the nth selected thing has, in per cent, as the list says it. */
export async function shareOf(page: Page, index: number): Promise<number> {
  const text = await page
    .locator('section', { hasText: 'Selected' })
    .first()
    .locator('li .number')
    .nth(index)
    .innerText();
  return parseFloat(text);
}

export async function bytesOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}
