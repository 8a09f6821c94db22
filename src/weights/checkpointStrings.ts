/** The facts of a checkpoint as the strings that a safetensors file can hold. */
import { requireNumber, requireObject, requireTexts } from '../options/requireKind.js';
import type { Checkpoint } from './checkpointRecord.js';

/** Most class names, the largest side of training images and the longest text that are taken from any container. */
export const MAX_NAMES = 10_000;
export const MAX_IMGSZ = 16_384;
export const MAX_TEXT = 1_000;

/** What Ultralytics notes in its exports and is passed on as it is. */
export const EXPORTED_TEXTS = ['description', 'author', 'date', 'version', 'license', 'docs', 'task', 'head'];

type Facts = Pick<Checkpoint, 'imgsz' | 'conf' | 'iou' | 'names'>;

/**
 * The strings that keep a checkpoint's facts through a safetensors file: `metadata` as it is, numbers in decimals,
 * `names` as JSON. `readCheckpoint` takes them apart again.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no such facts.
 */
export function safetensorsMetadata(facts: Omit<Checkpoint, 'tensors' | 'modules'>): Record<string, string> {
  requireObject('checkpoint', facts);
  const { imgsz, conf, iou, names, metadata } = facts;
  requireTexts('metadata', metadata);
  if (names !== undefined) requireTexts('names', names);
  const numbers = Object.entries({ imgsz, conf, iou }).filter(([, value]) => value !== undefined);
  for (const [name, value] of numbers) requireNumber(name, value);
  return {
    ...metadata,
    ...Object.fromEntries(numbers.map(([name, value]) => [name, String(value)])),
    ...(names === undefined ? {} : { names: JSON.stringify(names) }),
  };
}

/** Image size, thresholds and class names, where the strings have them in the form of `safetensorsMetadata`. */
export function factsOfStrings(strings: Readonly<Record<string, string>>): Facts {
  const imgsz = Number(strings.imgsz);
  const names = namesIn(strings.names);
  return {
    ...(Number.isInteger(imgsz) && imgsz > 0 ? { imgsz } : {}),
    ...sharesIn(strings),
    ...(names === undefined ? {} : { names }),
  };
}

/** Thresholds, where the strings have them. */
export function sharesIn({
  conf,
  iou,
}: Readonly<Record<string, string | undefined>>): Pick<Checkpoint, 'conf' | 'iou'> {
  return { ...shareIn('conf', conf), ...shareIn('iou', iou) };
}

/** A number from 0 to 1; a foreign file may call something else so. */
function shareIn<K extends string>(name: K, text: string | undefined): Partial<Record<K, number>> {
  if (text === undefined || !/^(0|1|0?\.\d{1,17}|1\.0+)$/.test(text)) return {};
  return { [name]: Number(text) } as Record<K, number>;
}

function namesIn(text: string | undefined): Record<number, string> | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Names are a convenience; a foreign file may call something else so.
    return undefined;
  }
  return namesInJson(value);
}

/** Class names as JSON has them: an object by index. */
export function namesInJson(value: unknown): Record<number, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const named = Object.entries(value).filter((entry): entry is [string, string] => {
    return /^\d{1,6}$/.test(entry[0]) && typeof entry[1] === 'string';
  });
  return named.length > 0 && named.length <= MAX_NAMES ? Object.fromEntries(named) : undefined;
}
