/** Pictures and masks that lie in folders as files of the same names. */
import { FastSAMError } from '../../errors.js';
import { readImage } from '../../image/read.js';
import { Mask } from '../../mask/mask.js';
import { platform } from '../../platform/platform.js';
import type { StudyFiles } from './study.js';

/** Files that are read as pictures. */
const PICTURE = /\.(jpe?g|png|webp|tiff?|bmp)$/i;
/** From this brightness on a pixel is marked. */
const MARKED = 128;

/** The pictures of a folder and those below it: paths by name, without the ending. */
export async function picturesIn(folder: string, files: StudyFiles): Promise<ReadonlyMap<string, string>> {
  const names = (await files.list(folder)).filter((name) => PICTURE.test(name));
  return new Map(names.map((name) => [name.replace(/\.[^./]+$/, ''), platform().joinPath(folder, name)]));
}

/**
 * A mask file: black and white, from the middle of brightness on white.
 * @param size what it has to be as large as.
 * @throws FastSAMError `INVALID_ARGUMENT` for another size, and what `readImage` throws.
 */
export async function readMask(path: string, size: { readonly width: number; readonly height: number }): Promise<Mask> {
  const { data, width, height } = await readImage(path);
  if (width !== size.width || height !== size.height) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${path}: got a mask of ${width} x ${height} pixels, expected ${size.width} x ${size.height} as its picture has`,
    );
  }
  const bits = new Uint8Array(width * height);
  for (let p = 0; p < bits.length; p++) {
    bits[p] = data[3 * p] + data[3 * p + 1] + data[3 * p + 2] >= 3 * MARKED ? 1 : 0;
  }
  return Mask.fromBitmap(bits, width, height);
}
