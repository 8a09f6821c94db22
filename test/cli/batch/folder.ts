/** What tests of batches share: pictures, runs and the bytes of a folder. */
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { fastsam, repository, type Run, type RunSettings } from '../cli.js';

/** The same small network input and the device that is everywhere. */
export const FAST = ['--imgsz', '64', '--device', 'wasm'];

/** Writes crops of an example under these names. */
export async function makePictures(folder: string, names: readonly string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    const area = { left: 20 * (i % 8), top: 10 * (i % 11), width: 120 + i, height: 100 + 2 * i };
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const bytes = await sharp(repository('examples/coins.png')).extract(area).toFormat('jpeg').toBuffer();
    writeFileSync(path, name.includes('torn') ? bytes.subarray(0, bytes.length >> 1) : bytes);
  }
}

/** `fastsam batch` with small settings. */
export function batch(args: readonly string[], settings?: RunSettings): Promise<Run> {
  return fastsam(['batch', ...args, ...FAST], settings);
}

/** Every file's bytes by path, the journals (which say when things happened) aside. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths
      .map((path) => [relative(folder, path), path] as const)
      .filter(([name]) => !/^\.batch[/\\]journal/.test(name))
      .map(([name, path]) => [name, readFileSync(path, 'base64')]),
  );
}

/** Names of the pictures in the journals, as often as they are there. */
export function recorded(out: string): string[] {
  const folder = join(out, '.batch', 'journal');
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.filter((line) => line.endsWith('}')).map((line) => (JSON.parse(line) as { key: string }).key);
}
