/** Puts a finished library into the package in node_modules, and takes it out again: two symbolic links. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FastSAMError } from '../../errors.js';

/** The folders of a package that a library fills. */
const PARTS = ['deps', 'lib'] as const;

/** The finished library that a package is linked to: its folder, `own` for one that is not ours, or undefined. */
export function linkedBuild(packageFolder: string): string | undefined {
  const targets = PARTS.map((part) => linkTarget(join(packageFolder, part)));
  if (targets[0] !== undefined && targets.every((target) => target === targets[0]) && existsSync(targets[0])) {
    return targets[0];
  }
  return PARTS.some((part) => isRealFolder(join(packageFolder, part))) ? 'own' : undefined;
}

/**
 * Links a finished library. Earlier links are replaced, each in one step. So a process that starts meanwhile finds the
 * old or the new one.
 * @throws FastSAMError `WRITE_FAILED` when the package has real folders of those names (a library of its own) and
 *   `force` is not set, or when node_modules cannot be written.
 */
export async function linkBuild(packageFolder: string, build: string, force: boolean): Promise<void> {
  for (const part of PARTS) {
    const path = join(packageFolder, part);
    if (isRealFolder(path)) {
      if (!force) {
        throw new FastSAMError(
          'WRITE_FAILED',
          `${path}: got a folder that setup did not make, expected none; use --force to replace it`,
        );
      }
      await rm(path, { recursive: true });
    }
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await rm(temporary, { force: true });
      await symlink(join(build, part), temporary, 'dir');
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new FastSAMError('WRITE_FAILED', `${path}: could not be linked, expected a folder that may be written`, {
        cause: error,
      });
    }
  }
}

/** Removes the links; folders that setup did not make stay. Returns whether there was anything to remove. */
export async function unlinkBuild(packageFolder: string): Promise<boolean> {
  let removed = false;
  for (const part of PARTS) {
    const path = join(packageFolder, part);
    if (linkTarget(path) === undefined) continue;
    await rm(path);
    removed = true;
  }
  return removed;
}

/** The folder above what a link points to, or undefined where there is no link. */
function linkTarget(path: string): string | undefined {
  try {
    return dirname(resolve(dirname(path), readlinkSync(path)));
  } catch {
    return undefined;
  }
}

function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
