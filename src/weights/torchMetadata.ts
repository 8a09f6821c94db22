/** What a torch checkpoint says besides its weights. */
import { dictOf } from './collect.js';
import { PickleObject, type PickleDict, type PickleValue } from './pickleValues.js';

/** Facts that a file may hold; absent ones are left out. */
export interface CheckpointFacts {
  readonly imgsz?: number;
  readonly names?: Record<number, string>;
  readonly metadata: Record<string, string>;
}

/** Entries of the file's top level that are passed on as text. */
const TEXT_KEYS = ['version', 'date', 'license', 'docs'];
const MAX_TEXT = 1_000;
const MAX_NAMES = 10_000;
const MAX_IMGSZ = 16_384;

/**
 * Reads image size (`train_args.imgsz`, then the model's own `args.imgsz`), class names, version, date, licence, the
 * model's class and its yaml file.
 */
export function torchMetadata(root: PickleValue, module: PickleObject | undefined): CheckpointFacts {
  const top = dictOf(root);
  const state = module?.state instanceof Map ? module.state : undefined;
  const imgsz = imgszOf(attributesOf(top?.get('train_args'))) ?? imgszOf(attributesOf(state?.get('args')));
  const names = namesOf(state?.get('names') ?? top?.get('names'));
  const metadata = metadataOf(top, state, module);
  return { ...(imgsz === undefined ? {} : { imgsz }), ...(names === undefined ? {} : { names }), metadata };
}

function metadataOf(
  top: PickleDict | undefined,
  state: PickleDict | undefined,
  module: PickleObject | undefined,
): Record<string, string> {
  const texts: [string, PickleValue | undefined][] = TEXT_KEYS.map((key) => [key, top?.get(key)]);
  texts.push(['class', module?.className], ['yaml_file', dictOf(state?.get('yaml'))?.get('yaml_file')]);
  const metadata: Record<string, string> = {};
  for (const [key, value] of texts) {
    if (typeof value === 'string' && value !== '') metadata[key] = value.slice(0, MAX_TEXT);
  }
  return metadata;
}

/** Arguments are a dict today and were an object with a plain `__dict__` in 2023. */
function attributesOf(value: PickleValue | undefined): PickleDict | undefined {
  return dictOf(value) ?? (value instanceof PickleObject && value.state instanceof Map ? value.state : undefined);
}

/** One number, or a list of height and width of which the larger counts. */
function imgszOf(args: PickleDict | undefined): number | undefined {
  const value = args?.get('imgsz');
  const sizes = Array.isArray(value) ? value.slice(0, 2) : [value];
  const valid = sizes.filter((size): size is number => typeof size === 'number' && Number.isInteger(size));
  const largest = Math.max(0, ...valid);
  return largest > 0 && largest <= MAX_IMGSZ ? largest : undefined;
}

/** Class names come as a dict by index, or as a list in files of early 2023. */
function namesOf(value: PickleValue | undefined): Record<number, string> | undefined {
  const entries = Array.isArray(value) ? [...value.slice(0, MAX_NAMES).entries()] : [...(dictOf(value) ?? [])];
  const named = entries.filter(
    (entry): entry is [number, string] =>
      typeof entry[0] === 'number' && Number.isInteger(entry[0]) && entry[0] >= 0 && typeof entry[1] === 'string',
  );
  if (named.length === 0 || named.length > MAX_NAMES) return undefined;
  return Object.fromEntries(named.map(([index, name]) => [index, name.slice(0, MAX_TEXT)]));
}
