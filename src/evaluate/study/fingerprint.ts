/** What tells a data set from another one with the same names, and inputs from others under the same path. */
import { throwIfAborted } from '../../errors.js';
import { platform } from '../../platform/platform.js';

/** A picture with the files that go with it; undefined entries are left out. */
export interface FileItem {
  readonly key: string;
  readonly picture: string;
  /** Ground truth and whatever else figures depend on. */
  readonly files: readonly (string | undefined)[];
}

/** SHA-256 over the size in bytes of every picture and the content of every file that goes with it. */
export async function fingerprintOf(items: readonly FileItem[], signal?: AbortSignal): Promise<string> {
  const lines: string[] = [];
  for (const { key, picture, files } of items) {
    throwIfAborted(signal);
    const size = (await platform().stat(picture))?.size ?? 0;
    const hashes = await Promise.all(files.map(async (file) => (file === undefined ? '' : hashOfFile(file))));
    lines.push([key, size, ...hashes].join('\t'));
  }
  return platform().sha256(new TextEncoder().encode(lines.join('\n')));
}

/** SHA-256 of a file. */
export async function hashOfFile(path: string): Promise<string> {
  return platform().sha256(await platform().readFile(path));
}
