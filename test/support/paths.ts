/** Where files of the repository lie. */
import { fileURLToPath } from 'node:url';

/** A path inside the repository. */
export function repository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** An example image by its file name. */
export const example = (name: string): string => repository(`examples/${name}`);

/** A path inside the folder of large reference data beside the repository, which need not be there. */
export const shared = (path: string): string => repository(`../shared/${path}`);
