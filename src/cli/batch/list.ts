/** The pictures of a batch: what SOURCE… stands for, folders with all that is below them. */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { escapePath } from 'tinyglobby';
import { isUrl, keyOf, type FoundPicture } from '../../batch/names.js';
import { FastSAMError } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import { expandSources } from '../sources.js';

/**
 * Lists the pictures. One folder: their names are relative to it; else they are the paths as given. What lies in the
 * output folder is left out, so that the drawings of a run are no pictures of the next.
 * @throws FastSAMError `INVALID_ARGUMENT` for a source without a picture, and for standard input.
 */
export async function listPictures(args: readonly string[], out: string, signal: AbortSignal): Promise<FoundPicture[]> {
  const only = args.length === 1 && (await isFolder(args[0])) ? args[0] : undefined;
  const pictures: FoundPicture[] = [];
  let inside = 0;
  for (const arg of args) {
    if (arg === '-')
      throw new FastSAMError(
        'INVALID_ARGUMENT',
        'batch: got - for standard input, expected files that can be read again',
      );
    for (const input of await picturesOf(arg, signal)) {
      const key = await keyOf(only === undefined ? input : relative(only, input));
      if (isWithin(out, input)) inside++;
      else pictures.push({ key, input });
    }
  }
  if (pictures.length === 0) {
    const why = inside > 0 ? `all ${inside} pictures lie in the output folder ${out}` : 'no picture';
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${args.join(' ')}: got ${why}; name another folder with --out, or other sources`,
    );
  }
  return pictures;
}

async function picturesOf(arg: string, signal: AbortSignal): Promise<string[]> {
  const pattern = (await isFolder(arg)) ? `${escapePath(arg.replaceAll(sep, '/').replace(/\/+$/, ''))}/**/*` : arg;
  const { sources, problems } = await expandSources([pattern], signal);
  // A missing file in a list is one broken picture among others; as an argument it is most likely a folder's name mistyped.
  const isMissing = sources.length === 1 && sources[0].input === arg && !isUrl(arg) && !(await platform().stat(arg));
  if (isMissing || (problems.length > 0 && sources.length === 0)) {
    throw new FastSAMError('INVALID_ARGUMENT', `${arg}: got no picture, expected some; check the path`, {
      cause: problems[0],
    });
  }
  const pictures = sources.filter(({ video }) => video !== true);
  if (pictures.length === 0) {
    throw new FastSAMError('INVALID_ARGUMENT', `${arg}: got videos, expected pictures; fastsam track takes videos`);
  }
  return pictures.flatMap(({ input }) => (typeof input === 'string' ? [input] : []));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function isWithin(folder: string, path: string): boolean {
  if (isUrl(path)) return false;
  const way = relative(resolve(folder), resolve(path));
  return !way.startsWith('..') && !isAbsolute(way);
}
