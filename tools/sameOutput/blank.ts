/**
 * Takes out of a file what differs from run to run:
 * - moments within an hour of the file's own date, in ISO 8601 with milliseconds: `date` in an export's metadata.json,
 *   metadata.yaml, ONNX, SavedModel, model.json and safetensors. Dates of the checkpoint stay.
 * - in text, the milliseconds of `speed`: `preprocess`, `inference`, `postprocess`.
 */
import { extname } from 'node:path';

const MOMENT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;
const SPEED = /("(?:preprocess|inference|postprocess)":\s*)[-+.\deE]+/g;
const TEXT_ENDINGS = ['.json', '.jsonl', '.stdout'];
const HOUR = 3_600_000;

/**
 * The bytes of a file without times and dates.
 * @param written when the file was written, milliseconds since 1970.
 */
export function blankTimes(path: string, bytes: Uint8Array, written: number): Buffer {
  // Latin-1 keeps every byte as one character.
  const text = Buffer.from(bytes).toString('latin1');
  const near = (moment: string): boolean => Math.abs(Date.parse(moment) - written) < HOUR;
  const dated = text.replaceAll(MOMENT, (moment) => (near(moment) ? '0'.repeat(moment.length) : moment));
  const blanked = TEXT_ENDINGS.includes(extname(path)) ? dated.replaceAll(SPEED, '$10') : dated;
  return Buffer.from(blanked, 'latin1');
}
