/** See `Disk`, in Node. */
import { link, readdir, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Disk } from './diskTypes.js';
import { codeOf, fileError } from './fileErrors.js';
import { flushFile, flushFolder } from './flush.js';
import { LineFile, readLines } from './lineFile.js';
import { makeFolderSync } from './makeFolder.js';
import { stageFolder } from './nodeFolders.js';
import type { StagedFile } from './platform.js';
import { stageFile, writeStaged } from './tempFiles.js';
import { hasEnded, processName, removeStale } from './tempNames.js';

/** Characters that are gathered before they are written. */
const CHUNK = 1 << 20;
/** Of the file that is written to see whether one can be: more than a disk takes when it is full. */
const PROBE_BYTES = 4096;

export const nodeDisk: Disk = {
  async makeFolder(path) {
    await Promise.resolve(); // errors are rejections
    makeFolderSync(path);
    removeStale(path);
  },

  async requireFolder(path) {
    await nodeDisk.makeFolder(path);
    const probe = stageFile(join(path, 'probe'));
    try {
      await writeFile(probe.temporary, new Uint8Array(PROBE_BYTES), { flag: 'wx' });
    } catch (error) {
      throw fileError('write', path, error);
    } finally {
      await probe.discard();
    }
  },
  stageFolder,

  async names(folder) {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw fileError('read', folder, error);
    }
  },

  move: (from, to) =>
    writing(to, async () => {
      await rename(from, to);
      await flushFolder(dirname(to));
    }),

  remove: (path) => writing(path, () => rm(path, { recursive: true, force: true })),
  removeEmpty: (folder) => rmdir(folder).catch(() => undefined),

  async writeNew(path, bytes) {
    const staged = stageFile(path);
    const commit = () => commitNew(path, staged);
    await writeStaged(path, { ...staged, commit }, (file) => file.writeFile(bytes));
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

  isWithin,

  async isReallyWithin(folder, path) {
    try {
      return isWithin(await realpath(folder), await realpathOf(path));
    } catch (error) {
      throw fileError('read', path, error);
    }
  },

  processName,
  hasEnded,
};

/** Gives a staged file its name, unless another one has it. */
async function commitNew(path: string, staged: StagedFile): Promise<void> {
  try {
    await flushFile(staged.temporary);
    await link(staged.temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return staged.commit(); // a file system without links
  }
  await staged.discard();
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where a path leads that need not exist yet; its last step is taken as it is. */
async function realpathOf(path: string): Promise<string> {
  const way = resolve(path);
  const missing: string[] = [relative(dirname(way), way)];
  for (let folder = dirname(way); ; folder = dirname(folder)) {
    const real = await realpath(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' && dirname(folder) !== folder) return undefined;
      throw error;
    });
    if (real !== undefined) return join(real, ...missing);
    missing.unshift(relative(dirname(folder), folder));
  }
}

async function writing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw fileError('write', path, error);
  }
}
