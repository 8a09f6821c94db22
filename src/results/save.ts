/** Results as files; the kind is told from the name. */
import { FastSAMError } from '../errors.js';
import type { DrawOptions } from '../draw/drawObjects.js';
import { platform } from '../platform/platform.js';
import { resultsToJson } from './json.js';
import { plotScene } from './plot.js';
import type { SceneRecord } from './record.js';
import { resultsToYolo } from './yolo.js';

export interface SaveOptions extends DrawOptions {
  /** JPEG quality, 1 … 100. */
  quality?: number;
  /** For `.txt`: append the score to each line. */
  saveConf?: boolean;
}

/**
 * Writes an image of the results (`.png`, `.jpg`, `.jpeg`), their record (`.json`) or YOLO labels (`.txt`). The file
 * appears whole or not at all.
 * @throws FastSAMError `INVALID_ARGUMENT` for another ending, `WRITE_FAILED` if the file cannot be written.
 */
export async function saveResults(results: SceneRecord, path: string, options: SaveOptions = {}): Promise<void> {
  await platform().writeFileAtomic(path, await encodeResults(results, path, options));
}

async function encodeResults(results: SceneRecord, path: string, options: SaveOptions): Promise<Uint8Array> {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1].toLowerCase();
  switch (ending) {
    case 'png': {
      const { data, width, height } = plotScene(results, options);
      return platform().encodePng(data, width, height);
    }
    case 'jpg':
    case 'jpeg': {
      const { data, width, height } = plotScene(results, options);
      return platform().encodeJpeg(data, width, height, options.quality);
    }
    case 'json':
      return new TextEncoder().encode(`${JSON.stringify(resultsToJson(results))}\n`);
    case 'txt':
      return new TextEncoder().encode(resultsToYolo(results, options));
    default:
      throw new FastSAMError(
        'INVALID_ARGUMENT',
        `save: got the name "${path}", expected one that ends in .png, .jpg, .jpeg, .json or .txt`,
      );
  }
}
