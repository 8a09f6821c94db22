/** The images of the measurements, made from the package's examples. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { letterbox, letterboxGeometry } from '../../image/letterbox.js';
import { readImage } from '../../source/readImage.js';
import { platform } from '../../platform/platform.js';

/** Pixels of one tile; 4 x 3 of them are 1920 x 1080. */
const TILE = { width: 480, height: 360 };
const JPEG_QUALITY = 90;
/** One of the images by its name in reports. */
export const MOSAICS = { '1080p': { columns: 4, rows: 3 }, '4K': { columns: 8, rows: 6 } } as const;

/**
 * A JPEG of the examples as tiles: as much detail as a photograph of that size has, which an enlarged example would
 * not.
 * @returns its path in `folder`.
 */
export async function makeMosaic(name: keyof typeof MOSAICS, folder: string): Promise<string> {
  const { columns, rows } = MOSAICS[name];
  const tiles = await Promise.all(
    (await exampleImages()).map((file) =>
      sharp(file)
        .resize({ ...TILE, fit: 'cover' })
        .toColourspace('srgb')
        .png()
        .toBuffer(),
    ),
  );
  const placed = Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    return { input: tiles[(column + row) % tiles.length], left: column * TILE.width, top: row * TILE.height };
  });
  const size = { width: columns * TILE.width, height: rows * TILE.height };
  const path = join(folder, `${name}.jpg`);
  await sharp({ create: { ...size, channels: 3, background: 'black' } })
    .composite(placed)
    .jpeg({ quality: JPEG_QUALITY })
    .toFile(path);
  return path;
}

/**
 * An image as the network sees it, as a file of raw RGB bytes.
 * @param size side of the square in pixels, a multiple of 32.
 * @returns its path in `folder`.
 */
export async function makePixels(file: string, size: number, folder: string): Promise<string> {
  const image = await readImage(file);
  const path = join(folder, `${size}.rgb`);
  await writeFile(path, letterbox(image, letterboxGeometry(image.width, image.height, size, { auto: false })));
  return path;
}

/** Paths of all images that the package ships. */
export async function exampleImages(): Promise<string[]> {
  const names = await readdir(platform().packageFile('examples'));
  return names
    .filter((name) => /\.(jpg|png)$/.test(name))
    .sort()
    .map(examplePath);
}

/** Path of one of the images that the package ships. */
export function examplePath(file: string): string {
  return platform().packageFile(`examples/${file}`);
}
