/** The facts of a checkpoint as the strings that a safetensors file can hold. */
import type { Checkpoint } from './checkpointRecord.js';

type Facts = Pick<Checkpoint, 'imgsz' | 'names'>;

/**
 * The strings that keep a checkpoint's facts through a safetensors file: `metadata` as it is, `imgsz` as digits, `names`
 * as JSON. `readCheckpoint` takes them apart again.
 */
export function safetensorsMetadata({ imgsz, names, metadata }: Omit<Checkpoint, 'tensors'>): Record<string, string> {
  return {
    ...metadata,
    ...(imgsz === undefined ? {} : { imgsz: String(imgsz) }),
    ...(names === undefined ? {} : { names: JSON.stringify(names) }),
  };
}

/** Image size and class names, where the strings have them in the form of `safetensorsMetadata`. */
export function factsOfStrings(strings: Readonly<Record<string, string>>): Facts {
  const imgsz = Number(strings.imgsz);
  const names = namesIn(strings.names);
  return {
    ...(Number.isInteger(imgsz) && imgsz > 0 ? { imgsz } : {}),
    ...(names === undefined ? {} : { names }),
  };
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
  if (typeof value !== 'object' || value === null) return undefined;
  const named = Object.entries(value).filter((entry): entry is [string, string] => {
    return /^\d{1,6}$/.test(entry[0]) && typeof entry[1] === 'string';
  });
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}
