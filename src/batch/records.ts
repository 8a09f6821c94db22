/** What became of the images of a batch, and the lines of journals that say so. */
import * as v from 'valibot';
import type { FastSAMErrorCode } from '../errors.js';
import { printable } from '../text/printable.js';
import { compareKeys, isSafePath, type BatchItem } from './names.js';

/** What an image's input was when it was done. */
export interface SourceStamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 at which it was changed last. */
  readonly modified: number;
}

/** What was written for a format. Of a folder: what its files have in all, and the hash of their names and hashes. */
export interface OutputStamp extends SourceStamp {
  readonly sha256: string;
}

/** An image whose files are written. */
export interface DoneRecord {
  readonly key: string;
  readonly stem: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly objects: number;
  /** Milliseconds since 1970 at which it was done. Absent in journals of earlier versions. */
  readonly at?: number;
  /** Absent for URLs. */
  readonly source?: SourceStamp;
  /** One a format, in the manifest's order. */
  readonly outputs?: readonly OutputStamp[];
  readonly error?: undefined;
}

/** An image that could not be read, that ended the process twice, or that took too long. */
export interface FailedRecord {
  readonly key: string;
  readonly at?: number;
  readonly error: { readonly code: FastSAMErrorCode | 'CRASHED' | 'TIMED_OUT'; readonly message: string };
}

/** What became of an image. */
export type BatchRecord = DoneRecord | FailedRecord;

/** What was said before of an image no longer holds: its input or its files are others by now. */
export interface VoidRecord {
  readonly key: string;
  readonly at: number;
  readonly void: true;
}

/**
 * The record of an image that failed.
 * @param message the image goes by its name in the batch, so that the record does not depend on where the folder lies.
 */
export function failureOf(
  { key, input }: BatchItem,
  code: FailedRecord['error']['code'],
  message: string,
): FailedRecord {
  return { key, at: Date.now(), error: { code, message: message.replaceAll(printable(input), printable(key)) } };
}

/** All that is known of a batch: one record for each image that was tried. */
export class BatchState {
  readonly #done = new Map<string, DoneRecord>();
  readonly #failed = new Map<string, FailedRecord>();
  readonly #voids = new Map<string, number>();
  /** Lines of journals that say nothing, for people. */
  readonly problems: string[] = [];

  /** Takes a record, in any order; a success stands against failures before and after it, the latest one against others. */
  add(record: BatchRecord | VoidRecord): void {
    if ('void' in record) {
      const { key, at } = record;
      this.#voids.set(key, Math.max(at, this.#voids.get(key) ?? at));
      for (const map of [this.#done, this.#failed]) if (this.#isVoid(map.get(key))) map.delete(key);
    } else if (!this.#isVoid(record)) {
      if (record.error === undefined) keepLatest(this.#done, record);
      else keepLatest(this.#failed, record);
    }
  }

  #isVoid(record: BatchRecord | undefined): boolean {
    return record !== undefined && timeOf(record) <= (this.#voids.get(record.key) ?? -1);
  }

  get(key: string): BatchRecord | undefined {
    return this.#done.get(key) ?? this.#failed.get(key);
  }

  /** Drops failures that no longer count. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#failed.delete(key);
  }

  /** In the order of their keys. */
  done(): DoneRecord[] {
    return [...this.#done.values()].sort(byKey);
  }

  /** In the order of their keys. */
  failed(): FailedRecord[] {
    return [...this.#failed.values()].filter(({ key }) => !this.#done.has(key)).sort(byKey);
  }
}

function keepLatest<T extends BatchRecord>(map: Map<string, T>, record: T): void {
  const known = map.get(record.key);
  if (!known || timeOf(known) <= timeOf(record)) map.set(record.key, record);
}

function timeOf({ at = 0 }: BatchRecord): number {
  return at;
}

function byKey(a: BatchRecord, b: BatchRecord): number {
  return compareKeys(a.key, b.key);
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.number(), v.minValue(0));
const stamp = { size: count, modified: time };
const key = v.pipe(v.string(), v.nonEmpty());

/** A path inside the output folder, without an ending. */
export const stemSchema = v.pipe(v.string(), v.nonEmpty(), v.check(isSafePath));

const SCHEMA = v.union([
  v.strictObject({ key, at: time, void: v.literal(true) }),
  v.looseObject({ key, at: v.optional(time), error: v.looseObject({ code: v.string(), message: v.string() }) }),
  v.looseObject({
    ...{ key, stem: stemSchema, width: count, height: count, objects: count, at: v.optional(time) },
    source: v.optional(v.looseObject(stamp)),
    outputs: v.optional(v.array(v.looseObject({ ...stamp, sha256: v.string() }))),
    error: v.optional(v.undefined()),
  }),
]);

/** A line of a journal. @returns undefined for a line that was cut off while it was written, or that says something else. */
export function parseRecord(line: string): BatchRecord | VoidRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  // The codes are those of the version that wrote the line.
  return v.is(SCHEMA, value) ? (value as BatchRecord | VoidRecord) : undefined;
}
