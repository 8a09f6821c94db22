/** Bounds the memory of images that are being decoded at the same time, in Node. */
import { totalmem } from 'node:os';

/** What a decoder needs at most for a pixel, as measured for AVIF: 19 bytes; JPEG and PNG need a third of it. */
const BYTES_PER_PIXEL = 20;
/** The share of the memory that decoders may have together. */
const SHARE = 1 / 8;

const waiting: (() => void)[] = [];
let used = 0;

/** Memory of this process: of the machine, or of the container. */
function memory(): number {
  const limit = process.constrainedMemory() || Infinity;
  return Math.min(limit, totalmem());
}

/**
 * Waits, in the order of the calls, until an image may be decoded: others have to be done first where their pixels
 * together would be too many. One image alone may always be.
 * @returns to be called when it is decoded.
 */
export async function admitDecoding(pixels: number): Promise<() => void> {
  const cost = pixels * BYTES_PER_PIXEL;
  const hasRoom = (): boolean => used === 0 || used + cost <= memory() * SHARE;
  if (waiting.length > 0 || !hasRoom()) {
    await new Promise<void>((resolve) => {
      waiting.push(() => {
        if (!hasRoom()) return;
        waiting.shift();
        resolve();
        used += cost;
        waiting.at(0)?.();
      });
    });
  } else used += cost;
  return () => {
    used -= cost;
    waiting.at(0)?.();
  };
}
