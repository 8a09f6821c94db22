/** The elements of a MAT-file: bounds-checked, of either byte order, inflated where compressed. */
import { Inflate } from 'fflate';
import { FastSAMError, invalidArgument } from '../../errors.js';

/** An element: a type and a number of bytes. */
export interface MatElement {
  readonly type: number;
  readonly body: MatBytes;
}

type Reader = (view: DataView, at: number, little: boolean) => number;

/** Number types of elements: bytes each, array, reader. */
const NUMBERS = new Map<number, { bytes: number; make: (n: number) => NumberArray; read: Reader }>([
  [1, { bytes: 1, make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) }],
  [2, { bytes: 1, make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) }],
  [3, { bytes: 2, make: (n) => new Int16Array(n), read: (view, at, little) => view.getInt16(at, little) }],
  [4, { bytes: 2, make: (n) => new Uint16Array(n), read: (view, at, little) => view.getUint16(at, little) }],
  [5, { bytes: 4, make: (n) => new Int32Array(n), read: (view, at, little) => view.getInt32(at, little) }],
  [6, { bytes: 4, make: (n) => new Uint32Array(n), read: (view, at, little) => view.getUint32(at, little) }],
  [7, { bytes: 4, make: (n) => new Float32Array(n), read: (view, at, little) => view.getFloat32(at, little) }],
  [9, { bytes: 8, make: (n) => new Float64Array(n), read: (view, at, little) => view.getFloat64(at, little) }],
]);

export type NumberArray =
  Float64Array | Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

const TAG_BYTES = 8;
const ALIGNMENT = 8;
const COMPRESSED = 15;
const TYPE_UINT16 = 4;
const TYPE_UTF16 = 17;
/** Where the file says its level and byte order. */
const VERSION_AT = 124;
/** A file whose variables unpack to more is refused. */
const MOST_UNPACKED = 2 ** 26;
/** Input handed to fflate at a time, see `weights/inflate`. */
const PIECE_BYTES = 8 * 1024;

/** Reads elements one after the other. */
export class MatBytes {
  #at = 0;
  readonly #view: DataView;
  readonly #data: Uint8Array;
  readonly #what: string;
  readonly #little: boolean;

  private constructor(data: Uint8Array, what: string, little: boolean) {
    this.#data = data;
    this.#what = what;
    this.#little = little;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /**
   * What follows the header of a file.
   * @throws FastSAMError `INVALID_ARGUMENT` for a file that is no MAT-file of level 5.
   */
  static ofFile(bytes: Uint8Array, what: string, headerBytes: number): MatBytes {
    const order = bytes.length >= headerBytes ? String.fromCharCode(...bytes.subarray(126, 128)) : '';
    const little = order === 'IM';
    const file = new MatBytes(bytes, what, little);
    if (!little && order !== 'MI') throw file.broken('got no MAT-file of level 5');
    const version = file.#view.getUint16(VERSION_AT, little);
    if (version !== 0x0100) {
      throw file.broken(`got level ${version >> 8}; MATLAB writes the level that is read here with save -v7`);
    }
    file.#at = headerBytes;
    return file;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#data.length - this.#at;
  }

  /** An error about this file. */
  broken(message: string, cause?: unknown): FastSAMError {
    const text = `${this.#what}: ${message}; the file is damaged or of another kind`;
    return invalidArgument(text, cause === undefined ? undefined : { cause });
  }

  /** The next element; its body is a view, no copy. */
  element(): MatElement {
    this.#need(TAG_BYTES);
    const first = this.#view.getUint32(this.#at, this.#little);
    const small = first >>> 16;
    if (small !== 0) {
      // Up to four bytes of content are in the tag itself.
      if (small > 4) throw this.broken(`got a short element of ${small} bytes, expected 4 at most`);
      const body = this.#part(this.#at + 4, small);
      this.#at += TAG_BYTES;
      return { type: first & 0xffff, body };
    }
    const size = this.#view.getUint32(this.#at + 4, this.#little);
    this.#at += TAG_BYTES;
    this.#need(size);
    const body = this.#part(this.#at, size);
    const padding = first === COMPRESSED ? 0 : (ALIGNMENT - (size % ALIGNMENT)) % ALIGNMENT;
    this.#at = Math.min(this.#data.length, this.#at + size + padding);
    return { type: first, body };
  }

  /** The numbers of the next element, which must have one of the types if they are given. */
  numbers(types?: readonly number[]): NumberArray {
    const { type, body } = this.element();
    const kind = NUMBERS.get(type);
    if (!kind || (types && !types.includes(type)) || body.#data.length % kind.bytes !== 0) {
      throw this.broken(`got an element of type ${type} and ${body.#data.length} bytes where numbers belong`);
    }
    const values = kind.make(body.#data.length / kind.bytes);
    for (let i = 0; i < values.length; i++) values[i] = kind.read(body.#view, i * kind.bytes, this.#little);
    return values;
  }

  /** The bytes of the next element. */
  bytes(types: readonly number[]): Uint8Array {
    const { type, body } = this.element();
    if (!types.includes(type)) throw this.broken(`got an element of type ${type} where text belongs`);
    return body.#data;
  }

  /** The characters of the next element: UTF-8, or numbers of UTF-16. */
  text(): string {
    const { type, body } = this.element();
    if (type === TYPE_UINT16 || type === TYPE_UTF16) {
      return new TextDecoder(this.#little ? 'utf-16le' : 'utf-16be').decode(body.#data);
    }
    return new TextDecoder().decode(body.#data);
  }

  /** Checks that this many elements can follow, before anything is allocated. */
  requireElements(count: number): void {
    if (count * TAG_BYTES > this.left) {
      throw this.broken(`got ${this.left} bytes for ${count} elements, expected ${TAG_BYTES} each at least`);
    }
  }

  /**
   * The content of a compressed element: zlib, the size unknown until it ends.
   * @param before bytes that the file's other elements have unpacked to.
   */
  inflated(before = 0): MatBytes {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const end = { reached: false };
    const inflate = new Inflate((chunk, final) => {
      size += chunk.length;
      if (before + size > MOST_UNPACKED) throw this.broken(`unpacks to more than ${MOST_UNPACKED} bytes; refused`);
      chunks.push(chunk);
      end.reached = final;
    });
    const packed = this.#zlibContent();
    try {
      for (let at = 0; at < packed.length; at += PIECE_BYTES) {
        inflate.push(packed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= packed.length);
      }
    } catch (error) {
      if (error instanceof FastSAMError) throw error;
      throw this.broken('cannot be unpacked', error);
    }
    if (!end.reached) throw this.broken('ends in the middle of packed data');
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return new MatBytes(whole, this.#what, this.#little);
  }

  /** Without the two bytes of zlib's header and the four of its checksum. */
  #zlibContent(): Uint8Array {
    const data = this.#data;
    const header = data.length > 6 ? (data[0] << 8) | data[1] : 1;
    if ((data[0] & 15) !== 8 || header % 31 !== 0 || (data[1] & 32) !== 0) throw this.broken('got no zlib data');
    return data.subarray(2, data.length - 4);
  }

  #part(from: number, length: number): MatBytes {
    return new MatBytes(this.#data.subarray(from, from + length), this.#what, this.#little);
  }

  #need(bytes: number): void {
    if (this.left < bytes) throw this.broken(`got ${this.left} bytes at byte ${this.#at}, expected ${bytes} more`);
  }
}
