/** What a torch checkpoint says besides its weights. */
import { EXPORTED_TEXTS, MAX_IMGSZ, MAX_NAMES, MAX_TEXT, namesInJson } from './checkpointStrings.js';
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

/**
 * Reads image size (`train_args.imgsz`, then the model's own `args.imgsz`), class names, version, date, licence, the
 * model's class, its task and its yaml file.
 * @param config text of `extra/config.txt`, where Ultralytics' TorchScript has what its other exports have.
 */
export function torchMetadata(
  root: PickleValue,
  wrapped: PickleObject | undefined,
  config: string | undefined,
): CheckpointFacts {
  const module = innermost(wrapped);
  const top = dictOf(root);
  const state = module?.state instanceof Map ? module.state : undefined;
  const exported = exportedFacts(config);
  const imgsz =
    imgszOf(attributesOf(top?.get('train_args'))?.get('imgsz')) ??
    imgszOf(attributesOf(state?.get('args'))?.get('imgsz')) ??
    imgszOf(exported.imgsz);
  const names = namesOf(state?.get('names') ?? top?.get('names')) ?? namesInJson(exported.names);
  const metadata = { ...textsOf(exported), ...metadataOf(top, state, module) };
  return { ...(imgsz === undefined ? {} : { imgsz }), ...(names === undefined ? {} : { names }), metadata };
}

function metadataOf(
  top: PickleDict | undefined,
  state: PickleDict | undefined,
  module: PickleObject | undefined,
): Record<string, string> {
  const texts: [string, PickleValue | undefined][] = TEXT_KEYS.map((key) => [key, top?.get(key)]);
  texts.push(['class', module?.className], ['yaml_file', dictOf(state?.get('yaml'))?.get('yaml_file')]);
  texts.push(['task', state?.get('task')]);
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
function imgszOf(value: unknown): number | undefined {
  const sizes: unknown[] = Array.isArray(value) ? value.slice(0, 2) : [value];
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

/** Below wrappers that hold nothing but the model: compiled or parallel ones. */
function innermost(module: PickleObject | undefined): PickleObject | undefined {
  let inner = module;
  for (let depth = 0; depth < MAX_WRAPPERS; depth++) {
    const state = inner?.state instanceof Map ? inner.state : undefined;
    const children = [...(dictOf(state?.get('_modules'))?.values() ?? [])];
    const child = children.length === 1 ? children[0] : undefined;
    if (!(child instanceof PickleObject) || state?.has('yaml') === true || state?.has('names') === true) break;
    const isModel = child.state instanceof Map && (child.state.has('yaml') || child.state.has('names'));
    if (!isModel && !WRAPPERS.has(inner?.className ?? '')) break;
    inner = child;
  }
  return inner;
}

const MAX_WRAPPERS = 4;
const WRAPPERS: ReadonlySet<string> = new Set(['OptimizedModule', 'DataParallel', 'DistributedDataParallel']);

/** What the exporter noted as JSON. */
function exportedFacts(config: string | undefined): Readonly<Record<string, unknown>> {
  if (config === undefined || config.length > MAX_CONFIG) return {};
  try {
    const value: unknown = JSON.parse(config);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    // A convenience; a foreign archive may keep something else there.
    return {};
  }
}

const MAX_CONFIG = 1_000_000;

function textsOf(exported: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const key of EXPORTED_TEXTS) {
    const value = Object.hasOwn(exported, key) ? exported[key] : undefined;
    if (typeof value === 'string' && value !== '') texts[key] = value.slice(0, MAX_TEXT);
  }
  return texts;
}
