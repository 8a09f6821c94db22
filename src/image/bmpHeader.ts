/** What stands before the pixels of a Windows bitmap. */
import { ByteReader } from './byteReader.js';

/** Compressions of a bitmap. */
export const BMP = { none: 0, rle8: 1, rle4: 2, fields: 3, alphaFields: 6 } as const;

/** What stands before the pixels. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the topmost. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly offset: number;
  /** Masks of red, green, blue and alpha. */
  readonly masks: readonly [number, number, number, number];
  /** Bytes of the palette, and of one of its entries. */
  readonly palette: { readonly at: number; readonly entryBytes: number; readonly count: number };
}

/** Reads the header. Sizes are 0 in a file that ends early. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes);
  const headerBytes = reader.u32(14);
  const isCore = headerBytes === 12;
  const signedHeight = isCore ? reader.u16(20) : reader.i32(22);
  const bits = isCore ? reader.u16(24) : reader.u16(28);
  const compression = isCore ? BMP.none : reader.u32(30);
  const hasFields = compression === BMP.fields || compression === BMP.alphaFields;
  // Newer headers have the masks inside, the first one has them behind it.
  const hasMask = (n: number): boolean => headerBytes >= 56 || n < (compression === BMP.alphaFields ? 4 : 3);
  const mask = (n: number): number => (hasFields && hasMask(n) ? reader.u32(54 + 4 * n) : 0);
  const usual: readonly number[] = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const masks = hasFields ? [0, 1, 2, 3].map(mask) : usual;
  const extra = headerBytes === 40 && hasFields ? (compression === BMP.alphaFields ? 16 : 12) : 0;
  const at = 14 + headerBytes + extra;
  const entryBytes = isCore ? 3 : 4;
  const offset = reader.u32(10);
  const declared = isCore ? 0 : reader.u32(46);
  const room = Math.max(0, Math.floor((offset - at) / entryBytes));
  const most = bits <= 8 ? 2 ** bits : 0;
  return {
    width: isCore ? reader.u16(18) : Math.max(0, reader.i32(18)),
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    offset,
    masks: [masks[0], masks[1], masks[2], masks[3]],
    palette: { at, entryBytes, count: Math.min(most, room, declared || most) },
  };
}
