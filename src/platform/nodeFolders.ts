/** Folders written whole or not at all, in Node. */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FastSAMError } from '../errors.js';
import type { StagedFolder } from './diskTypes.js';
import { codeOf, fileError } from './fileErrors.js';
import { flushFolder } from './flush.js';
import type { FolderFile } from './platform.js';
import { removeOnExit, temporaryBeside } from './tempFiles.js';

/**
 * See `Platform.writeFolderAtomic`. The folder is filled under a temporary name beside its own and then renamed.
 * @throws FastSAMError `WRITE_FAILED`; `path` is then as it was before.
 */
export async function writeFolderAtomic(
  path: string,
  files: readonly FolderFile[],
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  const release = removeOnExit(temporary);
  const mayReplace = ownNames(
    files.map(({ name }) => name),
    [files[0].name],
  );
  try {
    if (overwrite) await requireOwn(path, mayReplace);
    await mkdir(temporary);
    for (const { name, bytes } of files) await writeFlushed(join(temporary, name), bytes);
    await flushFolder(temporary);
    if (overwrite) await replace(temporary, path);
    else await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    throw fileError('write', path, error);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    release();
  }
}

/** See `Disk.stageFolder`. */
export async function stageFolder(path: string): Promise<StagedFolder> {
  const temporary = temporaryBeside(path);
  const release = removeOnExit(temporary);
  try {
    await mkdir(temporary);
  } catch (error) {
    release();
    throw fileError('write', path, error);
  }
  const discard = async () => {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    release();
  };
  return {
    temporary,
    commit: async () => {
      try {
        await requireOwn(path, ownNames(await readdir(temporary), []));
        await flushFolder(temporary);
        await replace(temporary, path);
        await flushFolder(dirname(path));
        release();
      } catch (error) {
        await discard();
        throw fileError('write', path, error);
      }
    },
    discard,
  };
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The first name in a folder that is none of an earlier run's; undefined where all are. */
type ForeignName = (held: readonly string[]) => string | undefined;

/**
 * Names of an earlier run: like those of now but for numbers (an earlier model has other shards), or numbers alone.
 * @param marks names of which one must be there, if any are given.
 */
function ownNames(names: readonly string[], marks: readonly string[]): ForeignName {
  const own = new Set(names.map(unnumbered));
  return (held) => {
    if (marks.length > 0 && !marks.some((mark) => held.includes(mark))) return held.at(0);
    return held.find((name) => !own.has(unnumbered(name)) && (marks.length > 0 || !/^\d+\.[a-z0-9]+$/i.test(name)));
  };
}

function unnumbered(name: string): string {
  return name.replace(/\d+/g, '0');
}

/** Refuses to replace a folder of another kind; an empty one may be replaced. */
async function requireOwn(path: string, foreignName: ForeignName): Promise<void> {
  const held = await readdir(path).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const foreign = foreignName(held);
  if (foreign === undefined) return;
  throw new FastSAMError(
    'WRITE_FAILED',
    `cannot write ${path}: it holds other files (${foreign} …), expected none; name another folder or empty it yourself`,
  );
}

/** Replaces a folder by another. The old one comes back if that fails. */
async function replace(folder: string, path: string): Promise<void> {
  const old = folder.replace(/\.tmp$/, '.old');
  const moved = await rename(path, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(folder, path);
  } catch (error) {
    if (moved) await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
