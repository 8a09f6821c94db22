/**
 * A batch with images of the worst kinds: some never answer, some are broken, some are too large to decode. All others must be
 * done, and those be named.
 *
 *   npx tsx tools/batchHard.ts [--short] [--images 10000] [--hanging 20] [--broken 20] [--oversized 10] [--timeout 10]
 *
 * `--short` is 200, 2, 3, 2 and 5 s. Hanging images are addresses of a server that never answers.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, failureCodes, imageNames, makeImages, startFastsam } from './support.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    ...{ images: { type: 'string' }, hanging: { type: 'string' }, broken: { type: 'string' } },
    ...{ oversized: { type: 'string' }, timeout: { type: 'string' } },
  },
});
const amount = (name: 'images' | 'hanging' | 'broken' | 'oversized' | 'timeout', long: number, short: number): number =>
  Number(values[name] ?? (values.short ? short : long));
const total = amount('images', 10_000, 200);
const hanging = amount('hanging', 20, 2);
const broken = amount('broken', 20, 3);
const oversized = amount('oversized', 10, 2);
const timeout = amount('timeout', 10, 5);

/** A PNG of 20,000 x 20,000 pixels by its header; there is nothing behind it. */
function oversizedPng(png: Buffer): Buffer {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(20_000, 16);
  bytes.writeUInt32BE(20_000, 20);
  let crc = ~0;
  for (const byte of bytes.subarray(12, 29)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  bytes.writeUInt32BE(~crc >>> 0, 29);
  return bytes;
}

const work = await mkdtemp(join(tmpdir(), 'fastsam-hard-'));
const server = createServer(() => undefined);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
try {
  const [images, out, list] = ['images', 'out', 'list.txt'].map((name) => join(work, name));
  const names = imageNames(total - hanging);
  await makeImages(images, names);
  const [torn, large] = [names.slice(10, 10 + broken), names.slice(10 + broken, 10 + broken + oversized)];
  for (const name of torn) {
    const bytes = await readFile(join(images, name));
    await writeFile(join(images, name), bytes.subarray(0, bytes.length >> 1));
  }
  const { default: sharp } = await import('sharp');
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  for (const name of large) await writeFile(join(images, name), oversizedPng(png));
  const { port } = server.address() as AddressInfo;
  const urls = Array.from({ length: hanging }, (_, i) => `http://127.0.0.1:${port}/${i}.jpg`);
  const every = Math.max(1, Math.floor(names.length / Math.max(1, hanging)));
  const lines = names.flatMap((name, i) => [join(images, name), ...(i % every === 0 ? urls.splice(0, 1) : [])]);
  await writeFile(list, [...lines, ...urls].join('\n'));
  const { ended } = startFastsam([
    ...['batch', list, '--out', out, '--workers', '2', '--imgsz', '64', '--device', 'cpu'],
    ...['--image-timeout', String(timeout)],
  ]);
  const { code, seconds, stderr } = await ended;
  console.log(`exit code ${code}, ${seconds.toFixed(0)} s`);
  console.log(stderr.trim().split('\n').slice(-2).join('\n'));
  const codes = await failureCodes(out);
  compare('exit code', code, 1);
  compare('images that never answered', codes.get('TIMED_OUT')?.length ?? 0, hanging);
  compare('broken and oversized images', codes.get('INVALID_IMAGE')?.length ?? 0, broken + oversized);
  compare('kinds of failures', [...codes.keys()].sort(), ['INVALID_IMAGE', 'TIMED_OUT']);
  const { done, missing } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, number>;
  compare('done, missing', [done, missing], [total - hanging - broken - oversized, 0]);
  const { stdout } = await startFastsam(['batch', 'verify', out]).ended;
  const wrong = stdout.split('\n').filter((line) => line !== '' && !line.includes(': failed: '));
  compare('files that are not as they were written', wrong.slice(0, 5), []);
} finally {
  server.closeAllConnections();
  server.close();
  await rm(work, { recursive: true, force: true });
}
