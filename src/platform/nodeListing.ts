/** The files of a folder, in Node. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError } from './fileErrors.js';
import type { ListOptions } from './platform.js';

/** See `Platform.listFiles`. */
export async function listFiles(folder: string, { deep = true, hidden = true }: ListOptions = {}): Promise<string[]> {
  const files: string[] = [];
  try {
    const root = await realpath(folder);
    // A link that leads up would list the folder a second time, and everything beside it.
    const visited = new Set([...ancestors(root), root]);
    const links = await walk(folder);
    for (let link = links.shift(); link !== undefined; link = links.shift()) {
      const real = await realpath(link);
      if (visited.has(real)) continue;
      visited.add(real);
      links.push(...(await walk(link)));
    }
    return files.sort();

    /** Lists a folder and, if asked, those in it; links to folders wait, so that files keep the names that they have without. */
    async function walk(at: string): Promise<string[]> {
      const waiting: string[] = [];
      for (const entry of await readdir(at, { withFileTypes: true })) {
        const path = join(at, entry.name);
        if (!(await isFolder(entry, path))) files.push(path);
        else if (!deep || (!hidden && entry.name.startsWith('.'))) continue;
        else if (entry.isSymbolicLink()) waiting.push(path);
        else {
          const real = await realpath(path);
          if (visited.has(real)) continue;
          visited.add(real);
          waiting.push(...(await walk(path)));
        }
      }
      return waiting;
    }
  } catch (error) {
    throw fileError('read', folder, error);
  }
}

/** A link that leads nowhere counts as a file: whoever reads it says so. */
async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function ancestors(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...ancestors(above)];
}
