import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { bytesOf, clickAt, openApp } from './support.js';

const WIDTH = 768;
const HEIGHT = 506;

/** Two slices are selected. */
test.beforeEach(async ({ page }) => {
  await openApp(page);
  await clickAt(page, 230, 290);
  await page.keyboard.down('Shift');
  await clickAt(page, 420, 220);
  await page.keyboard.up('Shift');
  await page.getByRole('tab', { name: 'Export' }).click();
});

/** Saves in a format. */
async function save(page: Page, format: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await page.locator('.format', { has: page.getByText(format, { exact: true }) }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Save \d+ objects?$/ }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await bytesOf(download) };
}

const json = async <T>(page: Page, format: string): Promise<T> =>
  JSON.parse((await save(page, format)).bytes.toString()) as T;

test('a cut-out has a soft edge, room around, and a background where it is wanted', async ({ page }) => {
  const { name, bytes } = await save(page, 'Cut-out');
  expect(name).toBe('citrus_cutout.png');
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  expect(info.width).toBeLessThan(WIDTH);
  const alphas = new Set(data.filter((_, i) => i % 4 === 3));
  expect(alphas.has(0)).toBe(true);
  expect(alphas.has(255)).toBe(true);
  expect(alphas.size).toBeGreaterThan(3);
  await page.getByLabel('Room around').fill('20');
  await page.getByLabel('Soft edge').fill('0');
  const hard = await save(page, 'Cut-out');
  const second = await sharp(hard.bytes).raw().toBuffer({ resolveWithObject: true });
  expect(second.info.width).toBe(info.width + 24);
  expect(new Set(second.data.filter((_, i) => i % 4 === 3)).size).toBe(2);
  await page.getByRole('radio', { name: 'Colour' }).check({ force: true });
  const filled = await sharp((await save(page, 'Cut-out')).bytes)
    .raw()
    .toBuffer();
  expect([...filled.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
});

test('cut-outs and masks come as a zip, one for each object', async ({ page }) => {
  const cut = await save(page, 'Cut-outs');
  expect(cut.name).toBe('citrus_cutouts.zip');
  expect(Object.keys(unzipSync(cut.bytes))).toEqual(['citrus_01_object.png', 'citrus_02_object.png']);
  const masks = unzipSync((await save(page, 'Masks')).bytes);
  for (const bytes of Object.values(masks)) {
    const { width, height, channels } = await sharp(bytes).metadata();
    expect([width, height, channels]).toEqual([WIDTH, HEIGHT, 1]);
    const data = await sharp(bytes).raw().toBuffer();
    expect([...new Set(data)].sort((a, b) => a - b)).toEqual([0, 255]);
  }
});

test('an index image, of the selection and of all', async ({ page }) => {
  const numbers = async (): Promise<number> =>
    new Set(
      await sharp((await save(page, 'Index PNG')).bytes)
        .raw()
        .toBuffer(),
    ).size;
  expect(await numbers()).toBe(3);
  await page.getByRole('radio', { name: /^All/ }).check({ force: true });
  expect(await numbers()).toBeGreaterThan(15);
});

test('SVG, COCO, YOLO, labelme and the record, with classes that were typed', async ({ page }) => {
  const exact = (await save(page, 'SVG')).bytes.toString();
  expect(exact.match(/<path /g)).toHaveLength(2);
  await page.getByLabel('Polygon detail').fill('5');
  expect((await save(page, 'SVG')).bytes.length).toBeLessThan(exact.length / 2);

  await page.locator('.format', { has: page.getByText('COCO', { exact: true }) }).click();
  await page.getByLabel('Class of 1').fill('orange');
  await page.getByLabel('Class of 2').fill('lime');
  const coco = await json<{ annotations: { area: number }[]; categories: { name: string }[] }>(page, 'COCO');
  expect(coco.annotations).toHaveLength(2);
  expect(coco.categories.map(({ name }) => name)).toEqual(['orange', 'lime']);

  const yolo = unzipSync((await save(page, 'YOLO')).bytes);
  const text = (name: string): string => new TextDecoder().decode(yolo[name]);
  expect(text('classes.txt')).toBe('orange\nlime\n');
  expect(
    text('citrus.txt')
      .trim()
      .split('\n')
      .map((line) => line[0]),
  ).toEqual(['0', '1']);

  const labelme = await json<{ shapes: { label: string }[]; imagePath: string }>(page, 'labelme');
  expect(new Set(labelme.shapes.map(({ label }) => label))).toEqual(new Set(['orange', 'lime']));
  expect(labelme.imagePath).toBe('citrus.webp');

  const record = await json<{ masks: { name: string; area: number }[] }>(page, 'Record');
  expect(record.masks.map(({ area }) => area)).toEqual(coco.annotations.map(({ area }) => area));
});

test('the clipboard gets the cut-out, and the record', async ({ page }) => {
  await page.locator('.stage').focus();
  await page.keyboard.press('Control+c');
  await expect(page.locator('.notices')).toContainText('Cut-out copied.');
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bitmap = await createImageBitmap(await item.getType('image/png'));
    return [bitmap.width, bitmap.height];
  });
  expect(size[0]).toBeGreaterThan(200);
  await page.keyboard.press('Control+Shift+c');
  await expect(page.locator('.notices')).toContainText('Record copied as JSON.');
  const record = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as { masks: unknown[] };
  expect(record.masks).toHaveLength(2);
});

test('the choice is remembered, and S saves with it', async ({ page }) => {
  await save(page, 'SVG');
  await page.reload();
  await expect(page.locator('.pill')).toContainText('objects');
  await clickAt(page, 230, 290);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  expect(download.suggestedFilename()).toBe('citrus.svg');
});
