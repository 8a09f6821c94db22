/** What became of the pictures of a batch. */
import type { FastSAMErrorCode } from '../errors.js';

/** A picture whose files are written. */
export interface DoneRecord {
  readonly number: number;
  readonly key: string;
  readonly stem: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly objects: number;
  readonly error?: undefined;
}

/** A picture that could not be read, or that ended the process twice. */
export interface FailedRecord {
  readonly number: number;
  readonly key: string;
  readonly error: { readonly code: FastSAMErrorCode | 'CRASHED'; readonly message: string };
}

export type BatchRecord = DoneRecord | FailedRecord;

/** All that is known of a batch: one record for each picture that was tried. */
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

  /** In the order of their numbers. */
  done(): DoneRecord[] {
    const found = [...this.#records.values()].filter((record) => record.error === undefined);
    return found.sort((a, b) => a.number - b.number);
  }

  /** In the order of their numbers. */
  failed(): FailedRecord[] {
    const found = [...this.#records.values()].filter((record) => record.error !== undefined);
    return found.sort((a, b) => a.number - b.number);
  }
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
  const { number, key, stem, error } = value as Record<string, unknown>;
  const complete = typeof stem === 'string' || (typeof error === 'object' && error !== null);
  return typeof number === 'number' && typeof key === 'string' && complete;
}
