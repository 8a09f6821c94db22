/** Deflate with a bound on what comes out. */
import { Inflate } from 'fflate';
import { FastSAMError } from '../errors.js';
import { invalid } from './byteView.js';

/**
 * Input handed over at a time: one piece unpacks to 8 MB at the very most, which bounds what a bomb can allocate. It also
 * has to stay below 16 KB: fflate's buffer does not grow within a run of more than 131,072 literals.
 */
const PIECE_BYTES = 8 * 1024;

/**
 * Unpacks a raw deflate stream that has to give exactly `size` bytes.
 * @param what the stream's name for messages.
 * @throws FastSAMError `INVALID_CHECKPOINT` when the stream is broken, ends early or does not stop in time.
 */
export function inflateBounded(packed: Uint8Array, size: number, what: string): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  const end = { reached: false };
  const inflate = new Inflate((chunk, final) => {
    if (filled + chunk.length > size)
      throw invalid(`${what}: unpacks to more than its declared ${size} bytes; refused`);
    out.set(chunk, filled);
    filled += chunk.length;
    end.reached = final;
  });
  try {
    for (let at = 0; at < packed.length && filled <= size; at += PIECE_BYTES) {
      inflate.push(packed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= packed.length);
    }
  } catch (error) {
    if (error instanceof FastSAMError) throw error;
    throw invalid(`${what}: cannot be unpacked as deflate; the file is damaged, get it again`, error);
  }
  if (!end.reached || filled !== size) {
    throw invalid(`${what}: got ${filled} bytes when unpacked, expected ${size}; the file is damaged, get it again`);
  }
  return out;
}
