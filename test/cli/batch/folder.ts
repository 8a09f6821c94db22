/** What tests of batches share: images, runs and the bytes of a folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** Why a worker cannot be found by what it has open; undefined where it can. */
export const noProc = process.platform === 'linux' ? undefined : 'skipped: needs named pipes and /proc of Linux';

/**
 * An image that is a named pipe to which nobody writes.
 * @param pipe a path outside the folder of images.
 */
export function makePipeImage(path: string, pipe: string): void {
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, path);
}

/** A server that kills whoever asks it for an image, among the processes of `candidates`. */
export class KillingServer {
  readonly killed: number[] = [];
  candidates: () => readonly number[] = () => [];
  readonly #server = createServer(({ socket: { remotePort = 0 } }) => {
    const owner = ownerOf(remotePort, this.candidates());
    if (owner === undefined) return;
    this.killed.push(owner);
    process.kill(owner, 'SIGKILL');
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The process that holds the connection from a port of this machine (proc(5): net/tcp, fd). */
function ownerOf(port: number, candidates: readonly number[]): number | undefined {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((row) => row.trim().split(/\s+/)); // prettier-ignore
  const inode = rows.find(([, local]) => local.endsWith(hex))?.[9];
  return candidates.find((pid) => hasOpen(pid, `socket:[${inode ?? ''}]`));
}

function hasOpen(pid: number, target: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => linkOf(join(folder, name)) === target);
  } catch {
    return false; // it has ended
  }
}

/** Undefined for what was closed since the folder was read. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Processes that a process has started. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}
