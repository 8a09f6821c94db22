/** What images of a batch are called, and where their files go. */
import { hashText } from '../platform/hashText.js';
import { platform } from '../platform/platform.js';
import { isUrl } from '../source/url.js';

/** One image of a batch. */
export interface BatchItem {
  /** Its name in the batch: a relative path with `/`. Unique. */
  readonly key: string;
  /** Path or URL to read. */
  readonly input: string;
  /** Path of its files inside the output folder, without their ending. Unique, letter case ignored. */
  readonly stem: string;
}

/** Names at the top of the output folder that are the batch's own. */
const TAKEN = ['manifest', 'summary', 'coco', 'failures'];
const HASH_DIGITS = 8;

/**
 * Name of a path or URL inside a batch: what is left when the drive, the leading `/` and steps up are taken off. URLs
 * keep their host; of a query, a hash of it.
 */
export async function keyOf(input: string): Promise<string> {
  if (!isUrl(input)) return keyOfPath(input);
  // What is no address after all fails when it is read, as one image among others.
  if (!URL.canParse(input)) return cleanPath(input, /\//);
  const { protocol, host, pathname, search } = new URL(input);
  if (protocol === 'data:') return `data-${await shortHash(input)}`;
  const key = cleanPath(`${host}/${decoded(pathname)}`, /\//);
  return search === '' ? key : `${await shortHash(search)}-${key}`;
}

/** As `keyOf`, of a path that a listing gave: nothing in it is taken for an address. */
export function keyOfPath(path: string): string {
  const isWindows = platform().os === 'win32' || /^[a-z]:\\/i.test(path);
  if (!isWindows) return cleanPath(path, /\//); // `a:1.jpg` and `a\1.jpg` are names there
  return cleanPath(path.replace(/^[a-z]:/i, ''), /[/\\]/);
}

/** Without percent signs where they stand for UTF-8, else as it is. */
function decoded(pathname: string): string {
  try {
    return decodeURI(pathname);
  } catch {
    return pathname;
  }
}

function cleanPath(path: string, separator: RegExp): string {
  const steps = path.split(separator).filter((step) => step !== '' && step !== '.' && step !== '..');
  return steps.join('/') || 'image';
}

/** Whether a path stays inside the folder that it is joined to, on every system. */
export function isSafePath(path: string): boolean {
  return !path.includes('\0') && !path.split(/[/\\]/).includes('..');
}

/** An image as it was found. */
export type FoundImage = Pick<BatchItem, 'key' | 'input'>;

/**
 * The images of a batch in the order of their keys, each with files of its own. `a/x.jpg` gets `a/x`; where two would
 * meet (`x.jpg` and `x.png`), all of them keep their endings. Depends on the set of images only, not on its order,
 * unless some of them have their files already: those keep them, whatever was added since.
 * @param images a path that comes twice counts once.
 * @param written `stem` of what is done, by key.
 * @param alsoTaken names of files for all images, beside those that every batch has.
 */
export async function nameItems(
  images: Iterable<FoundImage>,
  written: ReadonlyMap<string, string> = new Map(),
  alsoTaken: readonly string[] = [],
): Promise<BatchItem[]> {
  const unique = [...new Map([...images].map((image) => [image.input, image])).values()];
  const keyed = await withUniqueKeys(unique);
  keyed.sort((a, b) => compareKeys(a.key, b.key));
  const keys = keyed.map(({ key }) => key);
  const taken = [...TAKEN, ...alsoTaken];
  const stems = await separate(keys, keys.map(withoutEnding), taken);
  const fresh = keys.flatMap((key, i) => (written.has(key) ? [] : [{ key, stem: stems[i] }]));
  const chosen = await separate(
    fresh.map(({ key }) => key),
    fresh.map(({ stem }) => stem),
    [...taken, ...written.values()],
  );
  const all = new Map([...written, ...fresh.map(({ key }, i) => [key, chosen[i]] as const)]);
  return keyed.map(({ key, input }) => ({ key, input, stem: all.get(key) ?? key }));
}

/** The order of keys: by their UTF-16 units, the same everywhere. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `../x.jpg` and `x.jpg` have the same key until a hash of their paths tells them apart. */
async function withUniqueKeys(images: readonly FoundImage[]): Promise<FoundImage[]> {
  const shared = repeated(images.map(({ key }) => key));
  return Promise.all(
    images.map(async ({ key, input }) => ({
      input,
      key: shared.has(key) ? `${await shortHash(input)}-${key}` : key,
    })),
  );
}

function withoutEnding(key: string): string {
  return key.replace(/(?<=[^/])\.[^./]+$/, '');
}

/** Stems that meet neither each other nor those that are taken. */
async function separate(
  keys: readonly string[],
  wanted: readonly string[],
  taken: readonly string[],
): Promise<string[]> {
  const stems = [...wanted];
  const choices: ((key: string) => string | Promise<string>)[] = [
    (key) => key,
    async (key) => `${key}-${await shortHash(key)}`, // names that differ in their letter case only
  ];
  for (const choose of choices) {
    // Giving way may run into a third name, which then gives way, too.
    for (let again = true; again;) {
      again = false;
      const clashing = repeated([...taken, ...stems].map((stem) => stem.toLowerCase()));
      for (const [i, key] of keys.entries()) {
        if (!clashing.has(stems[i].toLowerCase())) continue;
        const stem = await choose(key);
        again ||= stem !== stems[i];
        stems[i] = stem;
      }
    }
  }
  return stems;
}

function repeated(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

/** The first digits of a text's SHA-256. */
async function shortHash(text: string): Promise<string> {
  return (await hashText(text)).slice(0, HASH_DIGITS);
}
