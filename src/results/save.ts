/** Results as files; the kind is told from the name. */
import { FastSAMError } from '../errors.js';
import { DRAW_OPTIONS, type DrawOptions } from '../draw/drawObjects.js';
import { integer } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { YOLO_OPTIONS } from './yolo.js';
import { platform } from '../platform/platform.js';
import type { Results } from './results.js';

export interface SaveOptions extends DrawOptions {
  /** JPEG quality, 1 … 100. */
  quality?: number;
  /** For `.txt`: append the score to each line. */
  saveConf?: boolean;
}

/** Every option of `save`. */
export const SAVE_OPTIONS = {
  ...DRAW_OPTIONS,
  ...YOLO_OPTIONS,
  quality: integer(1, 100, { text: 'JPEG quality', otherwise: '90' }),
} satisfies RowsOf<SaveOptions>;

/**
 * Writes an image of the results (`.png`, `.jpg`, `.jpeg`), their record (`.json`) or YOLO labels (`.txt`). The file
 * appears whole or not at all.
 * @throws FastSAMError `INVALID_ARGUMENT` for another ending, `WRITE_FAILED` if the file cannot be written.
 */
export async function saveResults(results: Results, path: string, options: SaveOptions = {}): Promise<void> {
  checkOptions(SAVE_OPTIONS, options);
  await platform().writeFileAtomic(path, await encodeResults(results, path, options));
}

async function encodeResults(
  results: Results,
  path: string,
  { quality, saveConf = false, ...drawing }: SaveOptions,
): Promise<Uint8Array> {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1].toLowerCase();
  switch (ending) {
    case 'png': {
      const { data, width, height } = results.plot(drawing);
      return platform().encodePng(data, width, height);
    }
    case 'jpg':
    case 'jpeg': {
      const { data, width, height } = results.plot(drawing);
      return platform().encodeJpeg(data, width, height, quality);
    }
    case 'json':
      return new TextEncoder().encode(`${JSON.stringify(results)}\n`);
    case 'txt':
      return new TextEncoder().encode(results.toYolo({ saveConf }));
    default:
      throw new FastSAMError(
        'INVALID_ARGUMENT',
        `save: got the name "${path}", expected one that ends in .png, .jpg, .jpeg, .json or .txt`,
      );
  }
}
