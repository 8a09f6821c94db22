/** Names of the files that commands write. */
import { basename, extname } from 'node:path';
import { isCamera, isUrl } from '../source/url.js';

/** Gives every image a name of its own for its output files: `a/x.jpg` and `b/x.png` become `x` and `x-2`. */
export class StemNames {
  readonly #used: Set<string>;
  /** The next number for a stem that comes again: in `scene1/rgb.png` … `scene100000/rgb.png` all are the same. */
  readonly #numbers = new Map<string, number>();

  /** @param taken names that are not to be given, lower case. */
  constructor(taken: readonly string[] = []) {
    this.#used = new Set(taken);
  }

  /** @param name path or URL of an image. */
  next(name: string): string {
    const url = isUrl(name) && URL.canParse(name) ? new URL(name) : undefined;
    const path = url ? url.pathname.replace(/\/$/, '') || url.hostname : isCamera(name) ? name.replace(':', '-') : name;
    const stem = basename(path, extname(path)) || 'image';
    const key = stem.toLowerCase();
    let unique = stem;
    let n = this.#numbers.get(key) ?? 2;
    while (this.#used.has(unique.toLowerCase())) unique = `${stem}-${n++}`;
    this.#numbers.set(key, n);
    this.#used.add(unique.toLowerCase());
    return unique;
  }
}
