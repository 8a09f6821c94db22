/**
 * Feeds broken images to the decoder: every one must end in an image or a FastSAMError, quickly and in little memory.
 *
 *   npx tsx tools/fuzz/images.ts [--count 10000] [--seed 1] [--start 0]
 *
 * Case n of a seed is always the same bytes: a crash of the process is repeated with `--start` at the last case printed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FastSAMError } from '../../src/errors.js';
import { decodeImage } from '../../src/platform/nodeImages.js';
import { mutate } from './mutate.js';
import { hasControl } from './watch.js';

const IMAGES = new URL('../../test/golden/images/', import.meta.url);
const KINDS = new URL('../../test/golden/source/imageKinds.json', import.meta.url);
const MAX_MS = 5000;
const MAX_RSS = 2 ** 30;

export interface ImageFuzzReport {
  readonly cases: number;
  readonly decoded: number;
  readonly refused: number;
  /** Cases that ended in neither. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
  /** Largest resident set of the process, bytes. */
  readonly peakRss: number;
}

/** The sound images that are mutated, by name: those of test/golden/images, and bitmaps and TIFFs of other kinds. */
export function seeds(): [name: string, bytes: Uint8Array][] {
  const files = readdirSync(IMAGES)
    .filter((name) => !/\.(bin|json)$/.test(name))
    .sort()
    .map((name): [string, Uint8Array] => [name, Uint8Array.from(readFileSync(new URL(name, IMAGES)))]);
  const kinds = JSON.parse(readFileSync(KINDS, 'utf8')) as Record<'readable' | 'refused' | 'windows', KindsEntry[]>;
  const others = [...kinds.readable, ...kinds.refused, ...kinds.windows].map(({ name, file }): [string, Uint8Array] => [
    `kinds/${name}`,
    Uint8Array.from(Buffer.from(file, 'base64')),
  ]);
  return [...files, ...others];
}

interface KindsEntry {
  readonly name: string;
  readonly file: string;
}

/** A foreign error of our own readers, or a message that a terminal would not show as one line of text. */
function isUnclear({ message, cause }: FastSAMError): boolean {
  const isOwn = cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
  return isOwn || hasControl(message);
}

/** Decodes one mutated image; undefined for the two good endings. */
async function tryCase(bytes: Uint8Array, window: 'full' | 'percentiles'): Promise<'decoded' | 'refused' | Error> {
  try {
    const { data, width, height } = await decodeImage(bytes, { window });
    return data.length === width * height * 3 ? 'decoded' : new Error(`${data.length} bytes for ${width} x ${height}`);
  } catch (error) {
    if (error instanceof FastSAMError) return error.code === 'INVALID_IMAGE' && !isUnclear(error) ? 'refused' : error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Runs cases `start` … `start + count - 1` of a seed. */
export async function fuzzImages(
  options: { seed: number; start: number; count: number },
  onCase: (index: number) => void = () => undefined,
): Promise<ImageFuzzReport> {
  const images = seeds();
  const failures: string[] = [];
  const endings = { decoded: 0, refused: 0 };
  let slowestMs = 0;
  let peakRss = 0;
  for (let index = options.start; index < options.start + options.count; index++) {
    const { name, bytes } = mutate(images, options.seed, index);
    const began = performance.now();
    const ending = await tryCase(bytes, index % 2 === 0 ? 'full' : 'percentiles');
    const ms = performance.now() - began;
    // Of the process so far: also what a case held only while it ran.
    const rss = process.resourceUsage().maxRSS * 1024;
    if (ending instanceof Error) failures.push(`case ${index} (${name}): ${ending.name} ${ending.message}`);
    else endings[ending]++;
    if (ms > MAX_MS) failures.push(`case ${index} (${name}): ${Math.round(ms)} ms`);
    if (rss > MAX_RSS) failures.push(`case ${index} (${name}): ${Math.round(rss / 2 ** 20)} MiB`);
    slowestMs = Math.max(slowestMs, ms);
    peakRss = rss;
    onCase(index);
  }
  return { cases: options.count, ...endings, failures, slowestMs, peakRss };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      start: { type: 'string', default: '0' },
    },
  });
  const options = { seed: Number(values.seed), start: Number(values.start), count: Number(values.count) };
  const report = await fuzzImages(options, (index) => {
    if (index % 500 === 0) console.error(`case ${index}`);
  });
  console.log(JSON.stringify(report, undefined, 1));
  if (report.failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main();
