/** What a batch is: everything that its files depend on. */
import { FastSAMError } from '../errors.js';
import { hashText, type BatchItem } from './names.js';

/** Kinds of files that a batch writes for each picture. */
export const BATCH_FORMATS = ['json', 'coco', 'yolo', 'sa1b', 'png', 'cutout'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** Everything that the files of a batch depend on, as asked, with the model's own defaults filled in. */
export interface BatchIdentity {
  /** Name and version of the package. */
  readonly package: string;
  /** Name of the model. */
  readonly model: string;
  /** SHA-256 of its file. */
  readonly weights: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly formats: readonly BatchFormat[];
  /** How many pictures there are, and SHA-256 of their names and places, one a line. */
  readonly pictures: { readonly count: number; readonly sha256: string };
}

/** `manifest.json` of an output folder. */
export interface BatchManifest {
  readonly format: 'fastsam-batch';
  readonly version: 1;
  readonly identity: BatchIdentity;
  /** SHA-256 of what the files of one picture depend on: of `identity` without `pictures`. */
  readonly optionsHash: string;
}

/** Fingerprint of a list of pictures. */
export async function hashList(items: readonly BatchItem[]): Promise<BatchIdentity['pictures']> {
  const lines = items.map(({ key, stem }) => `${key}\t${stem}\n`).join('');
  return { count: items.length, sha256: await hashText(lines) };
}

/** The manifest of a batch. */
export async function makeManifest(identity: BatchIdentity): Promise<BatchManifest> {
  const perPicture = JSON.stringify({ ...identity, pictures: undefined });
  return { format: 'fastsam-batch', version: 1, identity, optionsHash: await hashText(perPicture) };
}

/**
 * Reads a manifest.
 * @param path for messages.
 * @throws FastSAMError `INVALID_ARGUMENT` for a file of another kind.
 */
export function parseManifest(text: string, path: string): BatchManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FastSAMError('INVALID_ARGUMENT', `${path}: got no JSON, expected the manifest of a batch`, {
      cause: error,
    });
  }
  if (isManifest(value)) return value;
  throw new FastSAMError('INVALID_ARGUMENT', `${path}: got another file, expected the manifest of fastsam batch`);
}

function isManifest(value: unknown): value is BatchManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, version, identity, optionsHash } = value as Record<string, unknown>;
  return format === 'fastsam-batch' && version === 1 && typeof identity === 'object' && typeof optionsHash === 'string';
}

/**
 * Checks that the files of a folder are those that are asked for now.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what differs first.
 */
export function requireSameBatch(folder: string, found: BatchIdentity, asked: BatchIdentity): void {
  const before = flatten(found);
  const now = flatten(asked);
  const name = [...new Set([...before.keys(), ...now.keys()])].find((key) => before.get(key) !== now.get(key));
  if (name === undefined) return;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `${folder}: got a batch with ${name} ${before.get(name) ?? 'not set'}, expected ${now.get(name) ?? 'not set'} as asked now; ` +
      'name another folder with --out, or start anew with --overwrite',
  );
}

function flatten({ options, pictures, ...rest }: BatchIdentity): ReadonlyMap<string, string> {
  const all: Record<string, unknown> = {
    ...rest,
    ...options,
    'number of pictures': pictures.count,
    'list of pictures': pictures.sha256,
  };
  return new Map(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
  );
}
