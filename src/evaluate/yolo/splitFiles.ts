/**
 * The images of a split, as Ultralytics finds them: folders with all below them, list files, lists of both. Paths are made
 * absolute first and then handled by their parts, so that nothing depends on how they were written.
 */
import { FastSAMError, invalidArgument } from '../../errors.js';
import { plural } from '../../options/showValue.js';
import { platform } from '../../platform/platform.js';
import { readText } from '../../platform/textFiles.js';

/** Files that Ultralytics takes for images; what cannot be decoded here is left out by name later. */
const IMAGE = /\.(avif|bmp|dng|heic|heif|jp2|jpeg|jpg|mpo|png|tif|tiff|webp)$/i;
/** Files that look like images and are none to Ultralytics. */
const OTHER_IMAGE = /\.(gif|hdr|ico|jfif|jpe|jxl|pbm|pgm|ppm|psd|raw|svg|tga)$/i;
const MOST_LIST_BYTES = 64 * 2 ** 20;

/** What was found. */
interface SplitFiles {
  /** Absolute paths, sorted. */
  readonly images: readonly string[];
  readonly notes: readonly string[];
}

/** Files that were passed over: how many, and the first. */
class Passed {
  #count = 0;
  #first = '';

  add(path: string): void {
    if (this.#count++ === 0) this.#first = path;
  }

  /** Nothing where there were none. */
  note(noun: string, kind = ''): string[] {
    if (this.#count === 0) return [];
    const files = `${plural(this.#count, noun)}${kind}`;
    return [`passed over ${files}, ${this.#count === 1 ? '' : 'the first is '}${this.#first}`];
  }
}

/**
 * Finds the images of a split.
 * @param roots absolute folders from which the entries are seen; the first one that has an entry counts.
 * @param yaml for messages.
 * @throws FastSAMError `FILE_UNREADABLE` for an entry that is nowhere, `INVALID_ARGUMENT` for one that is an image.
 */
export async function findSplit(
  roots: readonly string[],
  entries: readonly string[],
  yaml: string,
): Promise<SplitFiles> {
  const images: string[] = [];
  const hidden = new Passed();
  const others = new Passed();
  const take = (path: string, isHidden: boolean) => {
    if (IMAGE.test(path)) {
      if (isHidden) hidden.add(path);
      else images.push(path);
    } else if (OTHER_IMAGE.test(path)) others.add(path);
  };
  for (const entry of entries) {
    const { path, kind } = await findEntry(roots, entry.trim(), yaml);
    if (kind === 'folder') {
      for (const file of (await platform().listFiles?.(path)) ?? []) take(file, isHiddenBelow(path, file));
    } else {
      if (IMAGE.test(path)) throw invalidArgument(`${yaml}: got the image ${path}, expected a folder or a list file`);
      for (const file of await listedIn(path, roots)) take(file, partsOf(file).at(-1)?.startsWith('._') ?? false);
    }
  }
  const notes = [...hidden.note('hidden file'), ...others.note('file', ' of another kind')];
  return { images: images.sort(), notes };
}

/** The entry as it stands; written with backslashes; without a leading `..`, as Roboflow's exports need it. */
function spellings(entry: string): string[] {
  const slashed = entry.replaceAll('\\', '/');
  return [...new Set([entry, slashed, ...(slashed.startsWith('../') ? [slashed.slice(3)] : [])])];
}

async function findEntry(roots: readonly string[], entry: string, yaml: string) {
  const here = platform();
  const tried = roots.flatMap((root) => spellings(entry).map((each) => here.absolutePath?.(root, each) ?? each));
  for (const path of tried) {
    const kind = (await here.stat(path))?.kind;
    if (kind === 'folder' || kind === 'file') return { path, kind };
  }
  const where = [...new Set(tried)].join(', ');
  throw new FastSAMError('FILE_UNREADABLE', `${yaml}: found no folder ${entry}, looked for ${where}; check the yaml`);
}

/** The files of a list, seen from its folder, else from the data set's, else from the working folder. */
async function listedIn(list: string, roots: readonly string[]): Promise<string[]> {
  const here = platform();
  const absolute = (root: string, path: string) => here.absolutePath?.(root, path) ?? path;
  const folders = [absolute(list, '..'), ...roots, absolute('.', '.')];
  const files: string[] = [];
  for (const line of (await readText(list, MOST_LIST_BYTES)).split(/[\r\n\v\f]/)) {
    const entry = line.trim();
    if (!IMAGE.test(entry) && !OTHER_IMAGE.test(entry)) continue;
    const tried = folders.flatMap((folder) =>
      [...new Set([entry, entry.replaceAll('\\', '/')])].map((each) => absolute(folder, each)),
    );
    let found: string | undefined;
    for (const path of new Set(tried)) {
      if ((await here.stat(path))?.kind !== 'file') continue;
      found = path;
      break;
    }
    // One that is nowhere is left out by name when it is read.
    files.push(found ?? absolute(folders[0], entry.replaceAll('\\', '/')));
  }
  return files;
}

function separator(): string {
  return platform().joinPath('a', 'b').slice(1, -1);
}

function partsOf(path: string): string[] {
  return path.split(separator());
}

/** Whether the file or a folder between has a name with a leading dot; Ultralytics' search does not see these. */
function isHiddenBelow(folder: string, path: string): boolean {
  return partsOf(path.slice(folder.length)).some((part) => part.startsWith('.'));
}

/** The label file of an image: the last folder `images` of its absolute path becomes `labels`, the ending `.txt`. */
export function labelsOf(image: string): string {
  const parts = partsOf(image);
  const name = parts.pop() ?? '';
  const at = parts.lastIndexOf('images');
  if (at > 0) parts[at] = 'labels';
  return [...parts, name.replace(/\.[^.]*$/, '.txt')].join(separator());
}
