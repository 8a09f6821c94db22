/** Images of every format that is read, damaged; and files of formats that are not read. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FastSAMError } from '../../src/errors.js';
import { describeFormat } from '../../src/image/format.js';
import { decodeImage } from '../../src/platform/nodeImages.js';
import type { FuzzFormat } from './format.js';
import { mutate, type Seed } from './mutate.js';
import type { Random } from './random.js';

const IMAGES = new URL('../../test/golden/images/', import.meta.url);
const KINDS = new URL('../../test/golden/source/imageKinds.json', import.meta.url);
/** Beginnings of files that are no image, or one of a kind that is not read. */
const OTHER_HEADS = [
  ...['\0\0\0\x18ftypheic\0\0\0\0', '\0\0\0\x18ftypmif1\0\0\0\0', '\0\0\0\x18ftypisom', '\0\0\0\x18ftypcrx '],
  ...['II*\0\x10\0\0\0CR', '\0\0\0\fjP  \r\n', '\0\0\0\fJXL \r\n', '8BPS\0', 'v/1\x01', '#?RADIANCE', 'P6\n8 8\n255\n'],
  ...['<?xml version="1.0"?><svg>', '<svg xmlns="', '<!doctype html>', '%PDF-1.7', 'PK\x03\x04', 'SIMPLE  =', '\x1f\x8b', ''],
]; // prettier-ignore

/** One case of so many is an image with as many pixels as allowed, or a few more. */
const EVERY_LARGE = 300;
/** Formats that `largeImage.ts` writes. */
const LARGE: readonly string[] = ['AVIF', 'GIF', 'JPEG', 'PNG', 'TIFF', 'WebP'];

interface KindsEntry {
  readonly name: string;
  readonly file: string;
}

/** The sound images that are mutated, by name: those of test/golden/images, and bitmaps and TIFFs of other kinds. */
export function imageSeeds(): Seed[] {
  const files = readdirSync(IMAGES)
    .filter((name) => !/\.(bin|json)$/.test(name))
    .sort()
    .map((name): Seed => [name, Uint8Array.from(readFileSync(new URL(name, IMAGES)))]);
  const kinds = JSON.parse(readFileSync(KINDS, 'utf8')) as Record<'readable' | 'refused' | 'windows', KindsEntry[]>;
  const others = [...kinds.readable, ...kinds.refused, ...kinds.windows].map(({ name, file }): Seed => [
    `kinds/${name}`,
    Uint8Array.from(Buffer.from(file, 'base64')),
  ]);
  return [...files, ...others];
}

/** One format for each that is decoded, and one for all others. @param maxPixels as of `--max-pixels`. */
export function imageFormats(maxPixels: number): FuzzFormat[] {
  const all = imageSeeds();
  const byName = grouped(all);
  const known = [...byName].map(([name, files]): FuzzFormat => ({
    name,
    make(random) {
      const large = random.below(EVERY_LARGE) === 0 ? largeSeed(name, maxPixels, random) : undefined;
      if (large && random.below(2) === 0) return { kind: large[0], read: () => decode(large[1], maxPixels, random) };
      const { name: kind, bytes } = mutate(large ? [large] : files, random, all);
      return { kind, read: () => decode(bytes, maxPixels, random) };
    },
  }));
  const other: FuzzFormat = {
    name: 'other images',
    make(random) {
      const head = Buffer.from(random.pick(OTHER_HEADS), 'latin1');
      const bytes = new Uint8Array(Buffer.concat([head, random.bytes(random.below(600))]));
      return { kind: 'a beginning', read: () => decode(bytes, maxPixels, random) };
    },
  };
  return [...known, other];
}

function grouped(seeds: readonly Seed[]): Map<string, Seed[]> {
  const byName = new Map<string, Seed[]>();
  for (const seed of seeds) {
    const { name } = describeFormat(seed[1]);
    byName.set(name, [...(byName.get(name) ?? []), seed]);
  }
  return byName;
}

const largeSeeds = new Map<string, Uint8Array>();

/** Made by another process, as encoders need memory, too; and kept. */
function largeSeed(format: string, maxPixels: number, random: Random): Seed | undefined {
  if (!LARGE.includes(format)) return undefined;
  const side = Math.floor(Math.sqrt(maxPixels));
  const size = [side, side + random.below(2)];
  const key = [format, ...size].join(' ');
  let bytes = largeSeeds.get(key);
  if (!bytes) {
    const script = fileURLToPath(new URL('largeImage.ts', import.meta.url));
    const args = ['--import', 'tsx', script, format, ...size.map(String)];
    const { status, stdout } = spawnSync(process.execPath, args, { maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`${key}: could not be made`);
    largeSeeds.set(key, (bytes = Uint8Array.from(stdout)));
  }
  return [key, bytes];
}

/** Decodes; what comes out must be as large as it says, and a refusal must be one of the image. */
async function decode(bytes: Uint8Array, maxPixels: number, random: Random): Promise<void> {
  const window = random.pick(['full', 'percentiles'] as const);
  const alpha = random.pick(['drop', 'drop', 'white', 'black'] as const);
  const page = random.below(8) === 0 ? 1 : 0;
  try {
    const { data, width, height } = await decodeImage(bytes, { window, alpha, page, maxPixels });
    if (width * height > maxPixels) throw new Error(`${width} x ${height} pixels, expected at most ${maxPixels}`);
    if (data.length !== width * height * 3) throw new Error(`${data.length} bytes for ${width} x ${height}`);
  } catch (error) {
    const isOfPage = page > 0 && error instanceof FastSAMError && error.code === 'INVALID_ARGUMENT';
    if (!(error instanceof FastSAMError) || error.code === 'INVALID_IMAGE' || isOfPage) throw error;
    throw new Error(`${error.code}: ${error.message}`, { cause: error });
  }
}
