/** A YOLO data set: its yaml, the folders that it names, the label file of each image. */
import { FastSAMError, invalidArgument } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import { isImageName } from '../../source/kinds.js';
import { sortOut, type FolderListing, type PassedOver } from '../../source/listing.js';

/** A data set that lies on a disk. */
export interface YoloDataset {
  readonly names: readonly string[];
  readonly images: readonly { readonly image: string; readonly labels: string }[];
  /** Images of the folders that are not read, by kind. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Reads a yaml of Ultralytics' format (`path`, `train`, `val`, `test`, `names`); `path` may be left out or be relative
 * to the yaml. A split is a folder, a list file of images, or a list of these. Labels lie beside the images' folder:
 * `…/images/…/x.jpg` has `…/labels/…/x.txt`.
 * @throws FastSAMError `FILE_UNREADABLE`, `INVALID_ARGUMENT` for a file that is no such yaml.
 */
export async function readYoloDataset(path: string, split = 'val'): Promise<YoloDataset> {
  const here = platform();
  if (!here.listFiles || !here.parseYaml) {
    throw invalidArgument(`${path}: got a platform without folders, expected Node; run val there`);
  }
  const data = here.parseYaml(new TextDecoder().decode(await here.readFile(path)));
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw invalid(path, 'got no mapping of keys');
  const fields = data as Record<string, unknown>;
  const folder = path.replace(/[^/\\]*$/, '') || '.';
  const root = typeof fields.path === 'string' ? resolve(folder, fields.path) : folder;
  const entry = fields[split] ?? (split === 'val' ? fields.validation : undefined);
  const list = Array.isArray(entry) ? (entry as unknown[]) : [entry];
  const images: string[] = [];
  const passedOver: PassedOver[] = [];
  for (const entry of list) {
    if (typeof entry !== 'string') throw invalid(path, `got no "${split}", expected the folder of its images`);
    const found = await imagesAt(resolve(root, entry));
    images.push(...found.images);
    passedOver.push(...found.passedOver);
  }
  images.sort();
  if (images.length === 0) throw invalid(path, `found no image under "${split}"`);
  return {
    names: namesOf(fields, path),
    images: images.map((image) => ({ image, labels: labelsOf(image) })),
    passedOver,
  };
}

const invalid = (path: string, what: string): FastSAMError =>
  invalidArgument(`${path}: ${what}; see docs/user/evaluation.md for the format`);

function resolve(base: string, path: string): string {
  return /^([/\\]|[a-z]:)/i.test(path) ? path : platform().joinPath(base, path);
}

/** Images of a folder and those below it, or of a list file. */
async function imagesAt(path: string): Promise<Pick<FolderListing, 'images' | 'passedOver'>> {
  const kind = (await platform().stat(path))?.kind;
  if (kind === 'folder') return sortOut((await platform().listFiles?.(path)) ?? []);
  if (kind !== 'file') throw new FastSAMError('FILE_UNREADABLE', `${path}: there is no such folder; check the yaml`);
  const folder = path.replace(/[^/\\]*$/, '') || '.';
  const lines = new TextDecoder().decode(await platform().readFile(path)).split(/\r?\n/);
  const images = lines.filter((line) => isImageName(line.trim())).map((line) => resolve(folder, line.trim()));
  return { images, passedOver: [] };
}

/** The last folder `images` of a path becomes `labels`. */
function labelsOf(image: string): string {
  return image.replace(/([/\\])images([/\\])(?!.*[/\\]images[/\\])/, '$1labels$2').replace(/\.[^.]*$/, '.txt');
}

function namesOf(fields: Record<string, unknown>, path: string): string[] {
  const { names, nc } = fields;
  if (typeof names === 'object' && names !== null) return Object.values(names).map(String);
  if (typeof nc === 'number' && Number.isInteger(nc) && nc > 0 && nc < 100_000) {
    return Array.from({ length: nc }, (_, i) => `class_${i}`);
  }
  throw invalid(path, 'got neither "names" nor "nc"');
}
