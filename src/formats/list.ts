/** The formats that come with the package. */
import { FastSAMError } from '../errors.js';
import { coco } from './coco.js';
import { cutout } from './cutout.js';
import type { OutputFormat } from './format.js';
import { jpg } from './jpg.js';
import { json } from './json.js';
import { labelme } from './labelme.js';
import { mot } from './mot.js';
import { npz } from './npz.js';
import { png } from './png.js';
import { sa1b } from './sa1b.js';
import { svg } from './svg.js';
import { yolo } from './yolo.js';

/** All of them. Where two have the same ending, `Results.save` takes the first for it. */
export const FORMATS: readonly OutputFormat[] = [json, coco, yolo, sa1b, labelme, png, jpg, svg, cutout, npz, mot];

/**
 * The format that a name stands for.
 * @throws FastSAMError `UNKNOWN_NAME`
 */
export function formatNamed(name: string): OutputFormat {
  const found = FORMATS.find((format) => format.name === name);
  if (found) return found;
  const known = FORMATS.map((format) => format.name).join(', ');
  throw new FastSAMError('UNKNOWN_NAME', `format: got '${name}', expected one of ${known}, or a format of your own`);
}
