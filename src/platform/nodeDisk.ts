/** See `Disk`, in Node. */
import { randomUUID } from 'node:crypto';
import { link, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { FastSAMError } from '../errors.js';
import type { Disk } from './diskTypes.js';
import { codeOf, fileError } from './fileErrors.js';
import { LineFile, readLines } from './lineFile.js';
import { makeFolders } from './makeFolders.js';
import { removeOnExit, stageFile, writeFileAtomic, writeStaged } from './tempFiles.js';

/** Characters that are gathered before they are written. */
const CHUNK = 1 << 20;
/** Of the file that is written to see whether one can be: more than a disk takes when it is full. */
const PROBE_BYTES = 4096;

export const nodeDisk: Disk = {
  async makeFolder(path) {
    try {
      await makeFolders(path);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EEXIST' && code !== 'ENOTDIR') throw fileError('write', path, error);
      throw new FastSAMError(
        'WRITE_FAILED',
        `${path}: the folder cannot be made (a file is in the way); name another one`,
        {
          cause: error,
        },
      );
    }
  },

  async requireFolder(path) {
    await nodeDisk.makeFolder(path);
    const probe = join(path, `.${processName()}.tmp`);
    const release = removeOnExit(probe);
    try {
      await writeFile(probe, new Uint8Array(PROBE_BYTES), { flag: 'wx' });
    } catch (error) {
      throw fileError('write', path, error);
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
      release();
    }
  },

  async names(folder) {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw fileError('read', folder, error);
    }
  },

  move: (from, to) => writing(to, () => rename(from, to)),

  remove: (path) => writing(path, () => rm(path, { recursive: true, force: true })),

  async writeNew(path, bytes) {
    const own = join(dirname(path), `.${basename(path)}.${processName()}`);
    await writeFileAtomic(own, bytes);
    try {
      await link(own, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') await writeFileAtomic(path, bytes); // a file system without links
    } finally {
      await rm(own, { force: true });
    }
  },

  writePieces(path, pieces, temporary) {
    return writeStaged(path, stageFile(path, temporary), async (file) => {
      let waiting = '';
      for await (const piece of pieces) {
        waiting += piece;
        if (waiting.length < CHUNK) continue;
        await file.appendFile(waiting);
        waiting = '';
      }
      await file.appendFile(waiting);
    });
  },

  openLines: (path, flags) => LineFile.open(path, flags),
  readLines,

  isWithin(folder, path) {
    const way = relative(resolve(folder), resolve(path));
    return !way.startsWith('..') && !isAbsolute(way);
  },

  processName,

  hasEnded(name) {
    const [host, pid] = name.split('-');
    if (host !== hostPart() || !/^\d+$/.test(pid)) return false;
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch (error) {
      return codeOf(error) === 'ESRCH';
    }
  },
};

function processName(): string {
  return `${hostPart()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

function hostPart(): string {
  return hostname().replace(/[^A-Za-z0-9]/g, '');
}

async function writing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw fileError('write', path, error);
  }
}
