/** What became of the images of a batch. */
import type { FastSAMErrorCode } from '../errors.js';
import { printable } from '../text/printable.js';
import { compareKeys, type BatchItem } from './names.js';

/** An image whose files are written. */
export interface DoneRecord {
  readonly key: string;
  readonly stem: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly objects: number;
  readonly error?: undefined;
}

/** An image that could not be read, or that ended the process twice. */
export interface FailedRecord {
  readonly key: string;
  readonly error: { readonly code: FastSAMErrorCode | 'CRASHED'; readonly message: string };
}

/** What became of an image. */
export type BatchRecord = DoneRecord | FailedRecord;

/**
 * The record of an image that failed.
 * @param message the image goes by its name in the batch, so that the record does not depend on where the folder lies.
 */
export function failureOf(
  { key, input }: BatchItem,
  code: FailedRecord['error']['code'],
  message: string,
): FailedRecord {
  return { key, error: { code, message: message.replaceAll(printable(input), printable(key)) } };
}

/** All that is known of a batch: one record for each image that was tried. */
export class BatchState {
  readonly #records = new Map<string, BatchRecord>();

  /** Takes a record; a success stands against failures before and after it. */
  add(record: BatchRecord): void {
    if (this.#records.get(record.key)?.error === undefined && this.#records.has(record.key)) return;
    this.#records.set(record.key, record);
  }

  get(key: string): BatchRecord | undefined {
    return this.#records.get(key);
  }

  /** Drops failures that no longer count. */
  forget(keys: readonly string[]): void {
    for (const key of keys) if (this.#records.get(key)?.error !== undefined) this.#records.delete(key);
  }

  /** In the order of their keys. */
  done(): DoneRecord[] {
    return [...this.#records.values()].filter((record) => record.error === undefined).sort(byKey);
  }

  /** In the order of their keys. */
  failed(): FailedRecord[] {
    return [...this.#records.values()].filter((record) => record.error !== undefined).sort(byKey);
  }
}

function byKey(a: BatchRecord, b: BatchRecord): number {
  return compareKeys(a.key, b.key);
}

/** A line of a journal. @returns undefined for a line that was cut off while it was written. */
export function parseRecord(line: string): BatchRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is BatchRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { key, stem, error } = value as Record<string, unknown>;
  const complete = typeof stem === 'string' || (typeof error === 'object' && error !== null);
  return typeof key === 'string' && complete;
}
