/** A YOLO data set's yaml: which images it names and which classes. */
import { FastSAMError, invalidArgument } from '../../errors.js';
import { showValue } from '../../options/showValue.js';
import { platform } from '../../platform/platform.js';
import { readText } from '../../platform/textFiles.js';
import { findSplit, labelsOf } from './splitFiles.js';

/** A data set that lies on a disk. */
export interface YoloDataset {
  readonly names: readonly string[];
  /** Absolute paths, by name. */
  readonly images: readonly { readonly image: string; readonly labels: string }[];
  /** What was passed over, in words. */
  readonly notes: readonly string[];
}

const MOST_CLASSES = 100_000;
const MOST_YAML_BYTES = 4 * 2 ** 20;

/**
 * Reads a yaml of Ultralytics' format (`path`, `train`, `val`, `test`, `names`, `nc`) and finds its images by Ultralytics'
 * rules; `path` may also be relative to the yaml. Labels lie beside the images' folder: `…/images/…/x.jpg` has
 * `…/labels/…/x.txt`.
 * @throws FastSAMError `FILE_UNREADABLE`, `INVALID_ARGUMENT` for a file that is no such yaml.
 */
export async function readYoloDataset(path: string, split = 'val'): Promise<YoloDataset> {
  const here = platform();
  if (!here.listFiles || !here.parseYaml || !here.absolutePath) {
    throw invalidArgument(`${path}: got a platform without folders, expected Node; run val there`);
  }
  const fields = await readFields(path);
  const names = namesOf(fields, path);
  const entry = fields.get(split) ?? (split === 'val' ? fields.get('validation') : undefined);
  const entries = Array.isArray(entry) ? (entry as unknown[]) : [entry];
  if (entries.length === 0 || !entries.every((each) => typeof each === 'string' && each.trim() !== '')) {
    const got = entry === undefined || entry === null ? `no "${split}"` : `"${split}" ${showValue(entry)}`;
    throw invalid(path, `got ${got}, expected the folder of its images`);
  }
  const { images, notes } = await findSplit(rootsOf(fields, path), entries as string[], path);
  if (images.length === 0) {
    throw invalid(path, `found no image under "${split}", which is ${(entries as string[]).join(', ')}`);
  }
  return { names, images: images.map((image) => ({ image, labels: labelsOf(image) })), notes };
}

const invalid = (path: string, what: string): FastSAMError =>
  invalidArgument(`${path}: ${what}; see docs/user/evaluation.md for the format`);

type Fields = ReadonlyMap<string, unknown>;

async function readFields(path: string): Promise<Fields> {
  const text = await readText(path, MOST_YAML_BYTES);
  let data: unknown;
  try {
    data = platform().parseYaml?.(text);
  } catch (error) {
    if (!(error instanceof FastSAMError)) throw error;
    throw invalidArgument(`${path}: ${error.message}; mend the file`, { cause: error });
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw invalid(path, 'got no mapping of keys');
  // Ultralytics takes Python's None for null.
  return new Map(Object.entries(data).map(([key, value]) => [key, value === 'None' ? null : (value as unknown)]));
}

/** Where paths of the yaml start: its `path` seen from the yaml, else from the working folder; without it the yaml's folder. */
function rootsOf(fields: Fields, path: string): string[] {
  const absolute = (...parts: string[]) => platform().absolutePath?.(...parts) ?? path;
  const folder = absolute(path, '..');
  const root = fields.get('path') ?? '';
  if (typeof root !== 'string') throw invalid(path, `got path ${showValue(root)}, expected a folder`);
  return root === '' ? [folder] : [...new Set([absolute(folder, root), absolute(root)])];
}

/** By number. */
function namesOf(fields: Fields, path: string): string[] {
  const [names, nc] = [fields.get('names'), fields.get('nc')];
  const count = nc === undefined || nc === null ? undefined : Number(typeof nc === 'boolean' ? NaN : nc);
  if (count !== undefined && !(Number.isInteger(count) && count > 0 && count <= MOST_CLASSES)) {
    throw invalid(path, `got nc ${showValue(nc)}, expected a whole number from 1 on`);
  }
  if (names === undefined || names === null) {
    if (count !== undefined) return Array.from({ length: count }, (_, i) => `class_${i}`);
    throw invalid(path, 'got neither "names" nor "nc"');
  }
  if (typeof names !== 'object') throw invalid(path, `got names ${showValue(names)}, expected a list of the classes`);
  const entries = Object.entries(names).map(([key, name]) => [Number(key), name as unknown] as const);
  const list = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [number, name] of entries) {
    if (!Number.isInteger(number) || number < 0 || number >= list.length) {
      throw invalid(
        path,
        `got names with the number ${number}, expected 0 to ${list.length - 1} for ${list.length} names`,
      );
    }
    list[number] = typeof name === 'string' ? name : showValue(name);
  }
  if (list.length === 0) throw invalid(path, 'got no class in "names"');
  if (count === undefined || count === list.length) return list.map((name) => name ?? '');
  throw invalid(path, `got ${list.length} names and nc ${count}, expected as many`);
}
