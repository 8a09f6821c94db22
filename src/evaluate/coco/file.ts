/** COCO annotation files: one reader for `val` and for studies. */
import { invalidArgument } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import { decodeText, parseJson, readBounded } from '../../platform/textFiles.js';
import { cocoDatasetOf } from './check.js';
import type { CocoDataset, CocoImage } from './types.js';

/** What a file of annotations holds. */
export interface CocoFile {
  readonly data: CocoDataset;
  /** SHA-256 of the file. */
  readonly fingerprint: string;
}

/**
 * Reads and checks a file of annotations in the form of COCO or LVIS.
 * @throws FastSAMError `FILE_UNREADABLE`; `INVALID_ARGUMENT` that names the file, the record and its image.
 */
export async function readCocoFile(path: string): Promise<CocoFile> {
  const bytes = await readBounded(path);
  const data = cocoDatasetOf(parseJson(decodeText(bytes), path, 'COCO annotations'), path);
  if (data.images.length === 0) throw invalidArgument(`${path}: got no image in the list "images", expected some`);
  return { data, fingerprint: await platform().sha256(bytes) };
}

/**
 * Where each image lies: the file of the folder that has the most last parts of its name in common, `file_name` (LVIS: the
 * last parts of `coco_url`), with slashes or backslashes.
 * @param path of the annotations, for messages.
 * @param present the files of the folder and below, seen from it, with slashes; absent where folders cannot be listed.
 * @throws FastSAMError `INVALID_ARGUMENT` if no image is there, or several files could be one.
 */
export function imageFiles(
  images: readonly CocoImage[],
  { path, folder, present }: { readonly path: string; readonly folder: string; readonly present?: readonly string[] },
): string[] {
  const names = images.map((image) => partsOfName(image, path));
  const inside = (parts: readonly string[]) => platform().joinPath(folder, ...parts);
  if (!present) return names.map(inside);
  const exact = new Set(present);
  const byEnd = ends(present);
  const deepest = present.reduce((most, name) => Math.max(most, name.split('/').length), 0);
  let found = 0;
  const files = names.map((parts, i) => {
    const name = exact.has(parts.join('/')) ? parts.join('/') : longestEnd(parts, byEnd, deepest);
    if (name !== undefined) found++;
    if (name !== AMBIGUOUS) return inside(name?.split('/') ?? parts);
    throw invalidArgument(
      `${folder}: got several files ${parts.join('/')} for image ${images[i].id} of ${path}; name the folder that has one`,
    );
  });
  if (found > 0 || images.length === 0) return files;
  throw invalidArgument(
    `${folder}: got none of the images that ${path} names, of which the first is ${names[0].join('/')}`,
  );
}

/** In place of a file's name; no name has a slash at its end. */
const AMBIGUOUS = '/';

/** Files by each end of their names: `a/b/c.jpg` by `c.jpg`, `b/c.jpg` and whole. */
function ends(present: readonly string[]): ReadonlyMap<string, string> {
  const byEnd = new Map<string, string>();
  for (const name of present) {
    for (let at = name.length; at >= 0;) {
      at = at === 0 ? -1 : name.lastIndexOf('/', at - 1);
      const end = name.slice(at + 1);
      byEnd.set(end, byEnd.has(end) ? AMBIGUOUS : name);
    }
  }
  return byEnd;
}

/** @param deepest parts of the longest path there is: longer ends of a name, which may have any length, are not tried. */
function longestEnd(parts: readonly string[], byEnd: ReadonlyMap<string, string>, deepest: number): string | undefined {
  for (let from = Math.max(0, parts.length - deepest); from < parts.length; from++) {
    const name = byEnd.get(parts.slice(from).join('/'));
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Parts that lead out of the folder do not count. */
function partsOfName({ id, file_name: name, coco_url: url }: CocoImage, path: string): string[] {
  const text = name ?? url?.split(/[?#]/, 1)[0].split('/').slice(-2).join('/') ?? '';
  const parts = text.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  if (parts.length > 0) return parts;
  throw invalidArgument(`${path}: got image ${id} without file_name, expected one`);
}
