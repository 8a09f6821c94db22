/** Numbers of tools/golden/bsds.py, and where BSDS500 may lie. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a golden file. */
export function bsdsGolden(name: string): string {
  return fileURLToPath(new URL(`../golden/bsds/${name}`, import.meta.url));
}

/** A golden file of JSON; `T` is what the script says it writes. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function readBsds<T>(name: string): T {
  return JSON.parse(readFileSync(bsdsGolden(name), 'utf8')) as T;
}

/** Folder of the images and human maps, undefined where they are absent. */
export const BSDS = [new URL('../../../shared/data/bsds500/', import.meta.url)]
  .filter((url) => existsSync(url))
  .map((url) => fileURLToPath(url))
  .at(0);

/** A bitmap with these places set. */
export function bitmapOf(places: readonly number[], size: number): Uint8Array {
  const bitmap = new Uint8Array(size);
  for (const place of places) bitmap[place] = 1;
  return bitmap;
}

/** Places that are set. */
export function placesOf(bitmap: ArrayLike<number>): number[] {
  return Array.from(bitmap).flatMap((value, place) => (value ? [place] : []));
}
