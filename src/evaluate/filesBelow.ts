/** The files of a data set's folder. */
import { platform } from '../platform/platform.js';

/**
 * Names of the files in a folder and below it, relative to it, with `/`; undefined where folders cannot be listed.
 * @throws what the system throws for a folder that cannot be read.
 */
export async function filesBelow(folder: string): Promise<string[] | undefined> {
  const start = platform().joinPath(folder, '*').length - 1;
  const paths = await platform().listFiles?.(folder);
  return paths?.map((path) => path.slice(start).replaceAll('\\', '/'));
}
