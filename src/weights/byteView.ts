/** Bounds-checked reading of little-endian numbers from untrusted bytes. */
import { FastSAMError } from '../errors.js';

/** An `INVALID_CHECKPOINT` error. */
export function invalid(message: string, cause?: unknown): FastSAMError {
  return new FastSAMError('INVALID_CHECKPOINT', message, cause === undefined ? undefined : { cause });
}

/** An `UNSUPPORTED_CHECKPOINT` error. */
export function unsupported(message: string): FastSAMError {
  return new FastSAMError('UNSUPPORTED_CHECKPOINT', message);
}

/** Numbers at byte offsets; every read outside the bytes throws `INVALID_CHECKPOINT` instead of a RangeError. */
export class ByteView {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** What the bytes are, for messages. */
    readonly what: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u16(offset: number): number {
    this.#need(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number): number {
    this.#need(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  /** An unsigned 64-bit number; sizes and offsets beyond 2^53 can only be forged, so they are refused. */
  u64(offset: number): number {
    this.#need(offset, 8);
    const value = this.#view.getUint32(offset + 4, true) * 4294967296 + this.#view.getUint32(offset, true);
    if (value > Number.MAX_SAFE_INTEGER) {
      throw invalid(
        `${this.what}: got a size or offset of about ${value} at byte ${offset}; the file is damaged, get it again`,
      );
    }
    return value;
  }

  /** A view (no copy) of `length` bytes. */
  slice(offset: number, length: number): Uint8Array {
    this.#need(offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  #need(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.bytes.length) {
      throw invalid(
        `${this.what}: got ${this.bytes.length} bytes, expected ${length} more at byte ${offset}; ` +
          'the file is cut off or damaged, get it again',
      );
    }
  }
}
