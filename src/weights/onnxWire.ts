/** Reading protocol buffers from untrusted bytes, one message at a time: nothing is copied, nothing recurses. */
import { invalid } from './byteView.js';

/** One field of a message. */
export interface WireField {
  readonly number: number;
  /** Value of a whole number (64 bits, two's complement); 0 for other kinds. */
  readonly int: number;
  /** Contents of a text, list, message or fixed-size number: a view of the file. Empty for whole numbers. */
  readonly bytes: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const NOTHING = new Uint8Array(0);

/** Longest encoding of a 64-bit number. */
const MAX_VARINT_BYTES = 10;
const TWO_POW_64 = 2 ** 64;
const TWO_POW_63 = 2 ** 63;

/**
 * The fields of a message, in the order of the file.
 * @throws FastSAMError `INVALID_CHECKPOINT` where the bytes are no message.
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField, void> {
  const cursor = new Cursor(bytes);
  while (cursor.at < bytes.length) {
    const tag = cursor.varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT: {
        const value = cursor.varint();
        yield { number, int: value >= TWO_POW_63 ? value - TWO_POW_64 : value, bytes: NOTHING };
        break;
      }
      case FIXED64:
        yield { number, int: 0, bytes: cursor.take(8) };
        break;
      case FIXED32:
        yield { number, int: 0, bytes: cursor.take(4) };
        break;
      case LENGTH_DELIMITED:
        yield { number, int: 0, bytes: cursor.take(cursor.varint()) };
        break;
      default:
        throw invalid(
          `ONNX file: got a field of kind ${tag % 8}, expected 0, 1, 2 or 5; the file is damaged, get it again`,
        );
    }
  }
}

/** The whole numbers of a list, whether packed into one field or not. */
export function* wireInts({ int, bytes }: WireField): Generator<number, void> {
  if (bytes.length === 0) {
    yield int;
    return;
  }
  const cursor = new Cursor(bytes);
  while (cursor.at < bytes.length) yield cursor.varint();
}

class Cursor {
  at = 0;

  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An unsigned number; above 2^53 it is rounded, which only forged sizes are. */
  varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.at >= this.#bytes.length) throw this.#cutOff();
      const byte = this.#bytes[this.at++];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw invalid('ONNX file: got a number of more than 64 bits; the file is damaged, get it again');
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw this.#cutOff();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #cutOff(): Error {
    return invalid(
      `ONNX file: got a message of ${this.#bytes.length} bytes that goes on after its end; the file is cut off or damaged, get it again`,
    );
  }
}
