/** What a batch is: everything that its files depend on. */
import * as v from 'valibot';
import { invalidArgument } from '../errors.js';
import { formatNamed, FORMATS } from '../formats/list.js';
import { isFormatNaming, type FormatNaming, type OutputFormat } from '../formats/format.js';
import type { ModelInfo } from '../model/info.js';
import { resolveOptions } from '../model/options.js';
import { weightsHash } from '../model/weightsHash.js';
import { hashText } from '../platform/hashText.js';
import { platform } from '../platform/platform.js';
import type { BatchState } from './records.js';
import type { BatchTask } from './processor.js';

/** A format of a batch: the name of a built-in one; of another one, what its files depend on. */
export type FormatIdentity = string | (FormatNaming & { readonly version?: string; readonly sha256?: string });

/** Everything that the files of a batch depend on, as asked, with the model's own defaults filled in. */
export interface BatchIdentity {
  /** Name and version of the package. */
  readonly package: string;
  /** Name of the model. */
  readonly model: string;
  /** SHA-256 of its file. */
  readonly weights: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly formats: readonly FormatIdentity[];
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

/** What is known of a model once it is loaded. */
export interface ModelFacts extends Pick<ModelInfo, 'name' | 'defaults'> {
  /** SHA-256 of its file. */
  readonly weights: string;
}

/** What a batch must know of a model; reads its file once more. */
export async function factsOf(info: ModelInfo): Promise<ModelFacts> {
  const { name, defaults } = info;
  return { name, defaults, weights: await weightsHash(info) };
}

/** How a format is named in a manifest. @param sha256 of its module, where it has one. */
export function formatIdentity(format: OutputFormat, sha256?: string): FormatIdentity {
  if (FORMATS.includes(format)) return format.name;
  const { name, scope, ending, version } = format;
  return { name, scope, ending, ...(version !== undefined && { version }), ...(sha256 !== undefined && { sha256 }) };
}

/** What the files of a manifest's format are called. @throws FastSAMError `UNKNOWN_NAME` */
export function namingOf(format: FormatIdentity): FormatNaming {
  return typeof format === 'string' ? formatNamed(format) : format;
}

/** The built-in formats in the order of their list, then the others by name: the order in which they are asked for does not count. */
export function inOrder<T extends { readonly name: string }>(formats: readonly T[]): T[] {
  const rank = ({ name }: T) =>
    (FORMATS.findIndex((one) => one.name === name) + FORMATS.length + 1) % (FORMATS.length + 1);
  return [...formats].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/**
 * The manifest of a batch that is asked for.
 * @param asked device and precision as asked for, and how the formats are named.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range.
 */
export async function manifestOf(
  { options, clean, largest }: Pick<BatchTask, 'options' | 'clean' | 'largest'>,
  asked: { readonly device: string; readonly precision: string; readonly formats: readonly FormatIdentity[] },
  facts: ModelFacts,
): Promise<BatchManifest> {
  // What is undefined is left out of JSON; images go through the network one at a time.
  const { window, ...resolved } = resolveOptions(options, facts.defaults);
  const settings = {
    ...resolved,
    ...(window !== 'full' && { window }),
    signal: undefined,
    batch: undefined,
    maxPixels: undefined, // a run may go on with a higher limit
  };
  const { device, precision, formats } = asked;
  return makeManifest({
    package: await packageName(),
    model: facts.name,
    weights: facts.weights,
    options: { ...settings, clean, largest, device, precision },
    formats,
  });
}

async function packageName(): Promise<string> {
  const bytes = await platform().readFile(platform().packageFile('package.json'));
  const { name, version } = JSON.parse(new TextDecoder().decode(bytes)) as { name: string; version: string };
  return `${name} ${version}`;
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
    throw invalidArgument(`${path}: got no JSON, expected the manifest of a batch`, {
      cause: error,
    });
  }
  if (v.is(MANIFEST, value)) return value;
  throw invalidArgument(`${path}: got another file, expected the manifest of fastsam batch`);
}

const text = v.string();
/** Formats name files, so their names and endings must not lead elsewhere. */
const MANIFEST = v.looseObject({
  format: v.literal('fastsam-batch'),
  version: v.literal(1),
  identity: v.looseObject({
    ...{ package: text, model: text, weights: text, options: v.record(text, v.unknown()) },
    formats: v.array(v.union([text, v.custom<FormatNaming>(isFormatNaming)])),
  }),
  optionsHash: text,
  images: v.optional(
    v.looseObject({
      count: v.pipe(v.number(), v.integer(), v.minValue(0)),
      sha256: text,
      gone: v.optional(v.array(text)),
    }),
  ),
});

/**
 * Checks that the files of a folder are those that are asked for now.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what differs first.
 */
export function requireSameBatch(folder: string, found: BatchIdentity, asked: BatchIdentity): void {
  const before = flatten(found);
  const now = flatten(asked);
  const name = [...new Set([...before.keys(), ...now.keys()])].find((key) => before.get(key) !== now.get(key));
  if (name === undefined) return;
  throw invalidArgument(
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
