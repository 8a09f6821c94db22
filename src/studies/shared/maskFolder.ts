/** Images and masks that lie in folders as files of the same names. */
import { invalidArgument } from '../../errors.js';
import { readImage } from '../../source/readImage.js';
import { Mask } from '../../mask/mask.js';
import { platform } from '../../platform/platform.js';
import type { StudyFiles, StudyItem } from '../study.js';

/** An image with its mask, where there is one. */
export interface MaskItem extends StudyItem {
  readonly image: string;
  readonly truth: string | undefined;
}

/** Files that are read as images. */
const IMAGE = /\.(jpe?g|png|webp|tiff?|bmp)$/i;
/** Files and folders that systems and programs put there, such as `._a.png` of macOS. */
const HIDDEN = /(^|\/)\./;
const LOSSY = /\.(jpe?g|webp)$/i;
/** From this brightness on a pixel is marked. */
const MARKED = 128;

/** A name without its ending. */
export function stemOf(name: string): string {
  return name.replace(/\.[^./]+$/, '');
}

/** An image's key: its name without an image's file ending. */
export function itemKey(name: string): string {
  return IMAGE.test(name) ? stemOf(name) : name;
}

/**
 * The files of a folder and those below it whose names match, hidden ones left out: paths by name without the ending.
 * @throws FastSAMError `FILE_UNREADABLE`, and `INVALID_ARGUMENT` for two of one name.
 */
export async function filesIn(
  folder: string,
  files: StudyFiles,
  pattern: RegExp = IMAGE,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await files.list(folder)) {
    if (!pattern.test(name) || HIDDEN.test(name)) continue;
    const key = stemOf(name);
    if (found.has(key)) {
      throw invalidArgument(`${folder}: got two files "${key}" with different endings; keep one`);
    }
    found.set(key, platform().joinPath(folder, name));
  }
  return found;
}

/**
 * Reads a mask file. Pixels from middle brightness up are white.
 * @param size the size that it must have.
 * @throws FastSAMError `INVALID_ARGUMENT` for another size, and for a mask that marks with another value than white (a
 *   class's number); what `readImage` throws.
 */
export async function readMask(path: string, size: { readonly width: number; readonly height: number }): Promise<Mask> {
  const { data, width, height } = await readImage(path);
  if (width !== size.width || height !== size.height) {
    throw invalidArgument(
      `${path}: got a mask of ${width} x ${height} pixels, expected ${size.width} x ${size.height} as its image has`,
    );
  }
  const bits = new Uint8Array(width * height);
  let brightest = 0;
  for (let p = 0; p < bits.length; p++) {
    const sum = data[3 * p] + data[3 * p + 1] + data[3 * p + 2];
    if (sum > brightest) brightest = sum;
    bits[p] = sum >= 3 * MARKED ? 1 : 0;
  }
  // A lossy file of black has some noise.
  if (brightest > 0 && brightest < 3 * MARKED && !LOSSY.test(path)) {
    throw invalidArgument(
      `${path}: got a mask whose brightest pixel is ${Math.round(brightest / 3)}, expected 255 for what is marked, 0 for the rest`,
    );
  }
  return Mask.fromBitmap(bits, width, height);
}
