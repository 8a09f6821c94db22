/** Reads the arguments of pickle opcodes, one after the other, with a check of every bound. */
import { invalid } from './byteView.js';

/** Longest string: names and licence texts are far shorter. */
const MAX_STRING_BYTES = 2 ** 20;
/** All strings together; an unstripped YOLOv8x has 2 MB. */
const MAX_ALL_STRINGS = 16 * 2 ** 20;
/** Longest integer: magic numbers and ids of objects have up to 10 and 16 bytes. */
const MAX_INTEGER_BYTES = 64;
const MAX_DIGITS = 160;
/** Longest text line of the protocol-0 opcodes. */
const MAX_LINE_BYTES = 65_536;

const NEWLINE = 0x0a;
const LATIN1_CHUNK = 4_096;
const utf8 = new TextDecoder();

/** A position in a pickle. */
export class PickleCursor {
  readonly #view: DataView;
  #stringBytes = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** Offset of the next byte. */
    public at: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A length; one beyond 2^53 is rounded, which is still too long for every file. */
  u64(): number {
    const start = this.#advance(8);
    return this.#view.getUint32(start + 4, true) * 4294967296 + this.#view.getUint32(start, true);
  }

  /** BINFLOAT, alone among the opcodes, is big-endian. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view (no copy) of the next bytes. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    const bytes = this.#string(length);
    return isAscii(bytes) ? latin1(bytes) : utf8.decode(bytes);
  }

  /** A Python 2 string, each byte a character. */
  latin1(length: number): string {
    return latin1(this.#string(length));
  }

  /** A little-endian two's-complement integer; beyond 2^53 as a bigint. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES)
      throw invalid(`pickle: got an integer of ${length} bytes at byte ${this.at}; refused`);
    if (length === 0) return 0;
    let digits = '0x';
    for (const byte of this.take(length).toReversed()) digits += byte.toString(16).padStart(2, '0');
    return narrow(BigInt.asIntN(length * 8, BigInt(digits)));
  }

  /** The text up to the next newline, each byte a character; the newline is passed over (protocol 0). */
  line(): string {
    const end = this.bytes.subarray(this.at, this.at + MAX_LINE_BYTES).indexOf(NEWLINE);
    if (end < 0)
      throw invalid(`pickle: got no end of the text at byte ${this.at}; the file is cut off or damaged, get it again`);
    const text = latin1(this.take(end));
    this.at++;
    return text;
  }

  /** A decimal integer on a line of its own, with Python 2's trailing L or without. */
  integerLine(): number | bigint {
    const text = this.line().trim();
    const digits = text.endsWith('L') ? text.slice(0, -1) : text;
    if (digits.length > MAX_DIGITS || !/^-?\d+$/.test(digits))
      throw invalid(`pickle: got no integer before byte ${this.at}; the file is damaged, get it again`);
    return narrow(BigInt(digits));
  }

  #string(length: number): Uint8Array {
    this.#stringBytes += length;
    if (length > MAX_STRING_BYTES || this.#stringBytes > MAX_ALL_STRINGS)
      throw invalid(`pickle: got a string of ${length} bytes at byte ${this.at}; refused, no checkpoint needs so much`);
    return this.take(length);
  }

  /** Moves on and returns the offset before; never leaves the bytes. */
  #advance(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length) {
      throw invalid(
        `pickle: got ${this.bytes.length} bytes, expected ${length} more at byte ${start}; ` +
          'the file is cut off or damaged, get it again',
      );
    }
    this.at = start + length;
    return start;
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 127) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  if (bytes.length <= LATIN1_CHUNK) return String.fromCharCode(...bytes);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += LATIN1_CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + LATIN1_CHUNK)));
  }
  return parts.join('');
}
