/** What tests of batches share: images, runs and the bytes of a folder. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { fastsam, type Run, type RunSettings } from '../../support/cli.js';
import { scene } from '../../support/paths.js';

/** The same small network input and the device that is everywhere. */
export const FAST = ['--imgsz', '64', '--device', 'wasm'];

/** Writes crops of an example under these names. */
export async function makeImages(folder: string, names: readonly string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    const area = { left: 20 * (i % 8), top: 10 * (i % 11), width: 120 + i, height: 100 + 2 * i };
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const bytes = await sharp(scene('coins.png')).extract(area).toFormat('jpeg').toBuffer();
    writeFileSync(path, name.includes('torn') ? bytes.subarray(0, bytes.length >> 1) : bytes);
  }
}

/** `fastsam batch` with small settings. */
export function batch(args: readonly string[], settings?: RunSettings): Promise<Run> {
  return fastsam(['batch', ...args, ...FAST], settings);
}

/** Every file's bytes by path; journals, which say when things happened, and files on their way aside. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths
      .map((path) => [relative(folder, path), path] as const)
      .filter(([name]) => !/^\.batch[/\\](journal|tmp)/.test(name))
      .map(([name, path]) => [name, readFileSync(path, 'base64')]),
  );
}

/** The same without the files that speak of all images, failed ones too. */
export function ofImages(folder: string): Record<string, string> {
  const about = [
    'manifest.json',
    'summary.json',
    'failures.jsonl',
    join('.batch', 'images.jsonl'),
    join('.batch', 'queue.key'),
  ];
  return Object.fromEntries(Object.entries(contents(folder)).filter(([name]) => !about.includes(name)));
}

/** Names of the images in the journals, or in that of one process, as often as they are there. */
export function recorded(out: string, pid?: number): string[] {
  const folder = join(out, '.batch', 'journal');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => pid === undefined || name.includes(`-${pid}-`));
  const lines = names.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.filter((line) => line.endsWith('}')).map((line) => (JSON.parse(line) as { key: string }).key);
}

/** Waits until so many images are recorded. */
export async function whenRecorded(out: string, count: number, pid?: number): Promise<void> {
  while (recorded(out, pid).length < count) await sleep(5);
}

export interface Failure {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/** The lines of `failures.jsonl`. */
export function failures(out: string): Failure[] {
  const lines = readFileSync(join(out, 'failures.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Failure);
}

/** Why images that hang their reader cannot be made here; undefined where they can. */
export const noPipes = process.platform === 'linux' ? undefined : 'skipped: needs named pipes and /proc of Linux';

/**
 * An image over which a worker can be killed: whoever reads it hangs (it is a named pipe that nobody writes to).
 * @param pipe a path outside the folder of images.
 */
export function makeHangingImage(path: string, pipe: string): void {
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, path);
}

/**
 * Waits until one of these processes reads a hanging image, and kills that one.
 * @param processes numbers of those that may, looked up again and again.
 */
export async function killReader(pipe: string, processes: () => readonly number[]): Promise<number> {
  let end: number | undefined;
  for (;;) {
    await sleep(10);
    end ??= tryOpen(pipe);
    if (end === undefined) continue;
    const reader = processes().find((pid) => hasOpen(pid, pipe));
    if (reader === undefined) continue;
    process.kill(reader, 'SIGKILL');
    while (hasOpen(reader, pipe)) await sleep(5);
    closeSync(end); // not before: the reader would see the end of the file
    return reader;
  }
}

/** Opens the end for writing; undefined while nobody reads. */
function tryOpen(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function hasOpen(pid: number, path: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((name) => readlinkSync(join(folder, name)) === path);
  } catch {
    return false; // it has ended, or closed what we looked at
  }
}

/** Processes that a process has started. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}
