/** The file of a run: a header line that says what was run, then one line of JSON an image. */
import { FastSAMError, invalidArgument } from '../errors.js';
import type { StudyRecord } from './study.js';

/** What was run. Two runs with the same `identity` measure the same thing, so one can continue the other. */
export interface RunHeader {
  readonly format: 'fastsam-study';
  readonly version: 1;
  readonly study: string;
  /** Name of the model, for tables. */
  readonly model: string;
  /** Everything that figures depend on: weights, data, settings, options, device. It is compared name by name. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** SHA-256 of `identity`. */
  readonly hash: string;
  /** Where it was run: system, processor. It is not compared. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A run as read from its file. */
export interface RunFile {
  readonly header: RunHeader;
  /** In the order of the file; the last of several with one key. */
  readonly records: readonly StudyRecord[];
  /** Bytes of the file that are whole lines. What follows was cut off by an interruption. */
  readonly wholeBytes: number;
}

const NEWLINE = 10;

function broken(path: string, message: string, cause?: unknown): FastSAMError {
  return invalidArgument(`${path}: ${message}`, cause === undefined ? undefined : { cause });
}

/**
 * Reads a run's file. An incomplete last line, which a killed run leaves behind, is dropped.
 * @returns undefined where not even the header is whole.
 * @throws FastSAMError `INVALID_ARGUMENT` for other files, and for broken lines before the last.
 */
export function readRun(bytes: Uint8Array, path: string): RunFile | undefined {
  const wholeBytes = bytes.lastIndexOf(NEWLINE) + 1;
  if (wholeBytes === 0) return undefined;
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes - 1)).split('\n');
  const header = parseLine(lines[0], path, 1);
  if (!isHeader(header)) {
    throw broken(path, 'got a file without the header of a study, expected the records.jsonl of fastsam study');
  }
  const records = new Map<string, StudyRecord>();
  lines.slice(1).forEach((line, i) => {
    const record = parseLine(line, path, i + 2);
    if (!isRecord(record)) throw broken(path, `line ${i + 2}: got no "key", expected the record of an image`);
    records.delete(record.key);
    records.set(record.key, record);
  });
  return { header, records: [...records.values()], wholeBytes };
}

/**
 * Checks that a run can continue: the same study, model, data and options.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what differs first.
 */
export function requireSameRun(path: string, found: RunHeader, wanted: RunHeader): void {
  if (found.study === wanted.study && found.hash === wanted.hash) return;
  const names = new Set([...Object.keys(found.identity), ...Object.keys(wanted.identity)]);
  const differing = [...names].find(
    (name) => JSON.stringify(found.identity[name]) !== JSON.stringify(wanted.identity[name]),
  );
  const what =
    found.study !== wanted.study
      ? `study ${found.study}, expected ${wanted.study}`
      : differing === undefined
        ? `the run ${found.hash}, expected ${wanted.hash}`
        : `${differing} ${show(found.identity[differing])}, expected ${show(wanted.identity[differing])} as requested now`;
  throw broken(path, `got records of another run: ${what}; name another folder with --out, or --overwrite them`);
}

function show(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

function parseLine(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw broken(path, `line ${number}: got no JSON; the file is damaged, --overwrite it`, error);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHeader(value: unknown): value is RunHeader {
  return (
    isObject(value) &&
    value.format === 'fastsam-study' &&
    value.version === 1 &&
    typeof value.study === 'string' &&
    typeof value.model === 'string' &&
    typeof value.hash === 'string' &&
    isObject(value.identity)
  );
}

function isRecord(value: unknown): value is StudyRecord {
  return isObject(value) && typeof value.key === 'string';
}
