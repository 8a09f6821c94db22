/** Results as YOLO segmentation labels, one line of text an object. */
import type { Mask } from '../mask/mask.js';
import { toSinglePolygon } from '../mask/polygons.js';
import type { SceneRecord } from '../record/record.js';
import { ENCODE_OPTIONS, type ImageFormat } from './format.js';
import { resolve } from '../options/resolve.js';
import { pickRows, type RowsOf } from '../options/row.js';

/** How results become YOLO labels. */
export interface YoloOptions {
  /** Append the score to each line, before the track's id, as Ultralytics' `save_conf`. Default false. */
  saveConf?: boolean;
}

/** Every option of `toYolo`. */
export const YOLO_OPTIONS = pickRows(ENCODE_OPTIONS, ['saveConf']) satisfies RowsOf<YoloOptions>;

/** Fewest corners of a polygon. */
const CORNERS = 3;
const SIGNIFICANT_DIGITS = 6;

/**
 * The objects as Ultralytics' `save_txt` writes them: `class x1 y1 x2 y2 …`, the mask's outer outline through the centres
 * of its border pixels, divided by the image's size; several parts are joined by thin bridges, holes are lost, objects
 * with fewer than three corners are left out. Lines of tracked objects end with the track's id.
 * @returns lines that each end in a line feed; the empty string without objects.
 */
export function resultsToYolo(results: SceneRecord, options: YoloOptions = {}): string {
  const { saveConf } = resolve(YOLO_OPTIONS, options);
  const lines = results.imageMasks.map((mask, i) => {
    const outline = normalisedOutline(mask);
    if (outline.length < 2 * CORNERS) return '';
    const words = [`${results.classes?.[i] ?? 0}`, ...outline.map(formatG)];
    if (saveConf) words.push(formatG(results.scores[i]));
    if (results.trackIds) words.push(`${results.trackIds[i]}`);
    return `${words.join(' ')}\n`;
  });
  return lines.join('');
}

/** The outline as x, y pairs between 0 and 1, float32. */
export function normalisedOutline(mask: Mask): number[] {
  return Array.from(toSinglePolygon(mask), (v, i) => Math.fround(v / (i % 2 === 0 ? mask.gridWidth : mask.gridHeight)));
}

/** A number as C's `%g` writes it: 6 significant digits, no zeros at the end, an exponent below 1e-4 and from 1e6 on. */
export function formatG(value: number): string {
  if (value === 0) return '0';
  const [digits, power] = value.toExponential(SIGNIFICANT_DIGITS - 1).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= SIGNIFICANT_DIGITS) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimZeros(digits)}e${sign}${`${Math.abs(exponent)}`.padStart(2, '0')}`;
  }
  return trimZeros(value.toFixed(SIGNIFICANT_DIGITS - 1 - exponent));
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

export const yolo: ImageFormat = {
  name: 'yolo',
  about: 'YOLO segmentation labels',
  ending: '.txt',
  scope: 'image',
  encode: (scene, { options: { saveConf = false } }) => resultsToYolo(scene, { saveConf }),
  video: { kind: 'folder', ending: '-labels' },
};
