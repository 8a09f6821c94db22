/** What a batch is: everything that its files depend on. */
import { FastSAMError } from '../errors.js';
import { hashText } from './names.js';
import type { BatchState } from './records.js';

/** Kinds of files that a batch writes for each image. */
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
}

/** The images of a batch, as the last run found them. */
export interface BatchImages {
  /** With those that were done and are no longer there. */
  readonly count: number;
  /** SHA-256 of the names of those that are there, one a line, in their order. */
  readonly sha256: string;
  /** Names of images that failed and are no longer there: they are counted no more. */
  readonly gone?: readonly string[];
}

/** `manifest.json` of an output folder. */
export interface BatchManifest {
  readonly format: 'fastsam-batch';
  readonly version: 1;
  readonly identity: BatchIdentity;
  /** SHA-256 of `identity` as compact JSON. */
  readonly optionsHash: string;
  /** Not there until the first run has looked at what is done. */
  readonly images?: BatchImages;
}

/**
 * The images of a batch that may have grown or lost some since the last run.
 * @param keys names of those that are there, in their order.
 * @param state what is known of them, and of others.
 */
export async function imagesOf(keys: readonly string[], state: BatchState): Promise<BatchImages> {
  const there = new Set(keys);
  const kept = state.done().filter(({ key }) => !there.has(key)).length;
  const gone = state.failed().flatMap(({ key }) => (there.has(key) ? [] : [key]));
  const sha256 = await hashText(keys.map((key) => `${key}\n`).join(''));
  return { count: there.size + kept, sha256, ...(gone.length > 0 && { gone }) };
}

/** The manifest of a batch. */
export async function makeManifest(identity: BatchIdentity): Promise<BatchManifest> {
  return { format: 'fastsam-batch', version: 1, identity, optionsHash: await hashText(JSON.stringify(identity)) };
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

function flatten({ options, ...rest }: BatchIdentity): ReadonlyMap<string, string> {
  const all: Record<string, unknown> = { ...rest, ...options };
  return new Map(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
  );
}
