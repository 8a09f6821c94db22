/**
 * Downloads in progress, on disk. Every attempt owns a folder `<file>.<owner>.part` holding `data` and `meta.json`.
 * Renaming a folder is atomic, so an abandoned attempt is taken over by exactly one successor, and attempts that run at
 * the same time never share bytes: no lock is needed.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './fileErrors.js';
import { makeFolderSync } from './makeFolder.js';
import { plainBytes } from './nodeFiles.js';
import type { PartialFile } from './platform.js';
import { hasEnded, hostOf, ownerName, processName } from './tempNames.js';

/** An attempt untouched for this long is abandoned, wherever its process ran. Live ones give up or go on sooner. */
const ABANDONED_AFTER_MS = 10 * 60_000;
/** The host of an owner that is no process: nobody works on the attempt. */
const FREE = 'free';
const SUFFIX = '.part';
/** Its group is the owner of an attempt, by the name of its folder. */
const OWNER = /\.([A-Za-z0-9]*-\d+-[0-9a-f]{8})\.part$/;

/** The folder of an attempt for `path`. */
function folderOf(path: string, owner: string): string {
  return `${path}.${owner}${SUFFIX}`;
}

interface Abandoned {
  readonly folder: string;
  readonly length: number;
}

/** Attempts for `path` that nobody works on any more, the longest first. */
async function abandoned(path: string): Promise<Abandoned[]> {
  const parent = dirname(path);
  const prefix = `${basename(path)}.`;
  const found: Abandoned[] = [];
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue;
    const owner = name.slice(prefix.length, -SUFFIX.length);
    const host = hostOf(owner);
    if (host === undefined) continue;
    const folder = join(parent, name);
    const data = await stat(join(folder, 'data')).catch(() => stat(folder).catch(() => undefined));
    if (data === undefined) continue;
    const left = host === FREE || hasEnded(owner);
    if (left || Date.now() - data.mtimeMs > ABANDONED_AFTER_MS) {
      found.push({ folder, length: data.isFile() ? data.size : 0 });
    }
  }
  return found.sort((a, b) => b.length - a.length);
}

/** Moves the longest abandoned attempt to `folder`; false when there is none. */
async function takeOver(path: string, folder: string): Promise<boolean> {
  for (const candidate of await abandoned(path)) {
    const taken = await rename(candidate.folder, folder).then(
      () => true,
      // Another process was quicker.
      () => false,
    );
    if (taken) return true;
  }
  return false;
}

/** The validator that belongs to the bytes in `folder`. */
async function readValidator(folder: string): Promise<string | undefined> {
  try {
    const meta: unknown = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));
    const known = typeof meta === 'object' && meta !== null && 'validator' in meta ? meta.validator : undefined;
    return typeof known === 'string' ? known : undefined;
  } catch {
    return undefined;
  }
}

class NodePartial implements PartialFile {
  readonly #path: string;
  readonly #folder: string;
  readonly #handle: FileHandle;
  constructor(
    path: string,
    folder: string,
    handle: FileHandle,
    public length: number,
    public validator: string | undefined,
  ) {
    this.#path = path;
    this.#folder = folder;
    this.#handle = handle;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
  }

  restart(validator: string | undefined): Promise<void> {
    return this.#guard(async () => {
      // Bytes first: a process killed between the two steps must not leave old bytes under a new validator.
      await this.#handle.truncate(0);
      await writeFile(join(this.#folder, 'meta.json'), JSON.stringify({ validator }));
      this.length = 0;
      this.validator = validator;
    });
  }

  append(chunk: Uint8Array): Promise<void> {
    return this.#guard(async () => {
      for (let at = 0; at < chunk.length;) {
        const { bytesWritten } = await this.#handle.write(chunk, at, chunk.length - at, this.length);
        at += bytesWritten;
        this.length += bytesWritten;
      }
    });
  }

  bytes(): Promise<Uint8Array> {
    return this.#guard(async () => plainBytes(await readFile(join(this.#folder, 'data'))));
  }

  commit(): Promise<void> {
    return this.#guard(async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(join(this.#folder, 'data'), this.#path);
      await rm(this.#folder, { recursive: true, force: true });
      for (const { folder } of await abandoned(this.#path)) await rm(folder, { recursive: true, force: true });
    });
  }

  async keep(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    const free = folderOf(this.#path, ownerName(FREE, 0));
    // If the rename fails, the folder is taken over once this process has ended.
    await rename(this.#folder, free).catch(() => undefined);
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether a path is the folder of an attempt. */
export function isAttempt(path: string): boolean {
  const owner = OWNER.exec(basename(path))?.[1];
  return owner !== undefined && hostOf(owner) !== undefined;
}

/** Bytes that an attempt has so far. */
export async function attemptSize(folder: string): Promise<number> {
  return stat(join(folder, 'data')).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Removes an attempt that nobody works on any more; false where somebody does. */
export async function removeAttempt(folder: string): Promise<boolean> {
  const owner = OWNER.exec(basename(folder))?.[1] ?? '';
  const path = folder.slice(0, -`.${owner}${SUFFIX}`.length);
  if (!(await abandoned(path)).some((found) => found.folder === folder)) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

/**
 * Opens the file that will become `path`, with the bytes of an abandoned attempt if there is one.
 * @throws FastSAMError `WRITE_FAILED`
 */
export async function openPartial(path: string): Promise<PartialFile> {
  try {
    makeFolderSync(dirname(path), path);
    const folder = folderOf(path, processName());
    if (!(await takeOver(path, folder))) await mkdir(folder);
    // Opened or made, not emptied, and written at given positions: no mode string means that.
    const handle = await open(join(folder, 'data'), constants.O_RDWR | constants.O_CREAT);
    const { size } = await handle.stat();
    return new NodePartial(path, folder, handle, size, await readValidator(folder));
  } catch (error) {
    throw fileError('write', path, error);
  }
}
