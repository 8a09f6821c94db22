/** The compact string form of run lengths that COCO's files use. */
import { invalidArgument } from '../errors.js';

/** Every character carries 5 bits and a flag "more follows", written as a printable character from '0' on. */
const FIRST_CHARACTER = 48;
const LAST_CHARACTER = FIRST_CHARACTER + 63;
/** Five-bit groups of one number that a 32-bit difference can need. */
const MAX_GROUPS = 7;

function broken(what: string): never {
  throw invalidArgument(`RLE counts: ${what}, expected a COCO compressed counts string`);
}

/**
 * Run lengths to COCO's string: from the fourth number on the difference to the one two before, each in signed 5-bit
 * groups, low group first. Byte-identical to pycocotools.
 */
export function packCounts(counts: ArrayLike<number>): string {
  let bytes = new Uint8Array(2 * counts.length + 16);
  let n = 0;
  for (let i = 0; i < counts.length; i++) {
    if (n + MAX_GROUPS > bytes.length) {
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
    let value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
    for (let more = true; more;) {
      const group = value & 31;
      value >>= 5;
      more = (group & 16) !== 0 ? value !== -1 : value !== 0;
      bytes[n++] = FIRST_CHARACTER + (more ? group | 32 : group);
    }
  }
  return new TextDecoder('latin1').decode(bytes.subarray(0, n));
}

/**
 * COCO's string to run lengths.
 * @throws FastSAMError `INVALID_ARGUMENT` for characters outside the alphabet, cut-off numbers and negative runs.
 */
export function unpackCounts(text: string): number[] {
  const counts: number[] = [];
  for (let p = 0; p < text.length;) {
    let value = 0;
    let scale = 1;
    for (let group = 0; ; group++) {
      if (p >= text.length) broken('got a string that ends inside a number');
      if (group >= MAX_GROUPS) broken(`got a number of more than ${MAX_GROUPS} groups at character ${p}`);
      const code = text.charCodeAt(p++);
      if (code < FIRST_CHARACTER || code > LAST_CHARACTER) broken(`got character code ${code} at ${p - 1}`);
      const bits = code - FIRST_CHARACTER;
      value += (bits & 31) * scale;
      scale *= 32;
      if ((bits & 32) !== 0) continue;
      if ((bits & 16) !== 0) value -= scale;
      break;
    }
    if (counts.length > 2) value += counts[counts.length - 2];
    if (value < 0) broken(`got a negative run (${value}) at number ${counts.length}`);
    counts.push(value);
  }
  return counts;
}
