/** The images of a batch: what SOURCE… stands for, folders with all that is below them. */
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { keyOf, keyOfPath, type FoundImage } from '../../batch/names.js';
import { invalidArgument } from '../../errors.js';
import { disk, platform } from '../../platform/platform.js';
import { isUrl } from '../../source/url.js';
import { log } from '../run.js';
import { expandSources } from '../sources.js';
import { plural } from '../../options/showValue.js';

/**
 * Lists the images. One folder: their names are relative to it; else they are the paths as given. What lies in the
 * output folder is left out, so that the drawings of a run are no images of the next. What is passed over is said.
 * @throws FastSAMError `INVALID_ARGUMENT` for a source without an image, and for standard input.
 */
export async function listImages(args: readonly string[], out: string, signal: AbortSignal): Promise<FoundImage[]> {
  const only = args.length === 1 && (await isFolder(args[0])) ? args[0] : undefined;
  const images: FoundImage[] = [];
  let inside = 0;
  for (const arg of args) {
    if (arg === '-') throw invalidArgument('batch: got - for standard input, expected files that can be read again');
    for (const input of await imagesOf(arg, signal)) {
      const key = only === undefined ? await keyOf(input) : keyOfPath(relative(only, input));
      if (!isUrl(input) && disk().isWithin(out, input)) inside++;
      else images.push({ key, input });
    }
  }
  if (images.length === 0) {
    const why = inside > 0 ? `${plural(inside, 'image')} in the output folder ${out} alone` : 'no image';
    throw invalidArgument(`${args.join(' ')}: got ${why}; name another folder with --out, or other sources`);
  }
  return images;
}

async function imagesOf(arg: string, signal: AbortSignal): Promise<string[]> {
  const { sources, problems, notes } = await expandSources([arg], signal, { deep: true });
  for (const note of notes) log(`fastsam: ${note}`);
  // A missing file in a list is one broken image among others; as an argument it is most likely a folder's name mistyped.
  const isMissing = sources.length === 1 && sources[0].input === arg && !isUrl(arg) && !(await platform().stat(arg));
  if (isMissing || (problems.length > 0 && sources.length === 0)) {
    throw invalidArgument(`${arg}: got no image, expected some; check the path`, {
      cause: problems[0],
    });
  }
  const images = sources.filter(({ video }) => video !== true);
  if (images.length === 0) {
    throw invalidArgument(`${arg}: got videos, expected images; fastsam track takes videos`);
  }
  return images.flatMap(({ input }) => (typeof input === 'string' ? [input] : []));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
