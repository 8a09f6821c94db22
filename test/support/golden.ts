/** Files of test/golden, which scripts in tools/golden wrote. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { repository } from './paths.js';

/** Path of a golden file or folder. */
export function goldenPath(name: string): string {
  return repository(`test/golden/${name}`);
}

/** Bytes of a golden file, unpacked where its name ends in `.gz`. */
export function goldenBytes(name: string): Uint8Array<ArrayBuffer> {
  const bytes = readFileSync(goldenPath(name));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** A golden file of JSON; `T` is what its script says it writes. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what the file holds
export function readGolden<T>(name: string): T {
  return JSON.parse(new TextDecoder().decode(goldenBytes(name))) as T;
}
