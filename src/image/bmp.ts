/** Windows bitmaps: 1 to 32 bits a pixel, palettes, bit fields, run lengths, rows from below or from the top. */
import { ByteReader } from './byteReader.js';
import { BMP, readBmpHeader, type BmpHeader } from './bmpHeader.js';
import { decodeRuns } from './bmpRuns.js';
import { UnreadableImage } from './unreadable.js';
import type { RawPixels } from './pixels.js';

/**
 * Decodes a bitmap; 4 channels where it has an alpha mask, else 3.
 * @throws UnreadableImage for what is not read; Error for a file that ends early.
 */
export function decodeBmp(bytes: Uint8Array): RawPixels {
  const header = readBmpHeader(bytes);
  const { width, height, bits, compression } = header;
  if (width < 1 || height < 1) throw new Error(`${width} x ${height} pixels`);
  if (compression === 4 || compression === 5) throw new UnreadableImage('BMP with a JPEG or PNG inside', 'extract it');
  const isPacked = compression === BMP.rle8 || compression === BMP.rle4;
  const known = isPacked
    ? bits === (compression === BMP.rle8 ? 8 : 4)
    : compression === BMP.none
      ? [1, 2, 4, 8, 16, 24, 32].includes(bits)
      : (compression === BMP.fields || compression === BMP.alphaFields) && (bits === 16 || bits === 32);
  if (!known) throw new UnreadableImage(`BMP with ${bits} bits a pixel in compression ${compression}`);
  if (bits <= 8) return fromPalette(bytes, header, isPacked);
  return bits === 24 ? fromBytes(bytes, header) : fromFields(bytes, header);
}

/** Bytes of a row in the file: a multiple of four. */
function rowBytes({ width, bits }: BmpHeader): number {
  return Math.floor((width * bits + 31) / 32) * 4;
}

/** @throws Error for a file that ends before its last row does; its padding may be missing. */
function checkLength(bytes: Uint8Array, header: BmpHeader): void {
  const needed = header.offset + rowBytes(header) * (header.height - 1) + Math.ceil((header.width * header.bits) / 8);
  if (bytes.length < needed) throw new Error(`${bytes.length} bytes, ${needed} expected`);
}

/** Where a row of the image begins in the file. */
function rowStart(header: BmpHeader, y: number): number {
  return header.offset + rowBytes(header) * (header.topDown ? y : header.height - 1 - y);
}

function fromPalette(bytes: Uint8Array, header: BmpHeader, isPacked: boolean): RawPixels {
  const { width, height, bits, palette } = header;
  const indices = isPacked ? decodeRuns(bytes, header) : unpack(bytes, header);
  const colours = new Uint8Array(3 * 2 ** bits); // an index without a colour is black
  for (let i = 0; i < palette.count; i++) {
    for (let c = 0; c < 3; c++) colours[3 * i + c] = bytes[palette.at + palette.entryBytes * i + 2 - c] ?? 0;
  }
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < indices.length; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = colours[3 * indices[i] + c];
  }
  return { data, width, height, channels: 3 };
}

function unpack(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  checkLength(bytes, header);
  const { width, height, bits } = header;
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  for (let y = 0; y < height; y++) {
    const start = rowStart(header, y);
    for (let x = 0; x < width; x++) {
      const byte = bytes[start + Math.floor(x / perByte)];
      indices[y * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
    }
  }
  return indices;
}

function fromBytes(bytes: Uint8Array, header: BmpHeader): RawPixels {
  checkLength(bytes, header);
  const { width, height } = header;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rowStart(header, y); x < width; x++, from += 3, to += 3) {
      data[to] = bytes[from + 2];
      data[to + 1] = bytes[from + 1];
      data[to + 2] = bytes[from];
    }
  }
  return { data, width, height, channels: 3 };
}

function fromFields(bytes: Uint8Array, header: BmpHeader): RawPixels {
  checkLength(bytes, header);
  const { width, height, bits, masks } = header;
  const reader = new ByteReader(bytes);
  const channels = masks[3] === 0 ? 3 : 4;
  const fields = masks.slice(0, channels).map(fieldOf);
  const data = new Uint8Array(channels * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rowStart(header, y); x < width; x++, from += bits / 8) {
      const value = bits === 16 ? reader.u16(from) : reader.u32(from);
      // As OpenCV: the upper bits of a byte, the lower ones 0; of more than 8 bits the upper 8.
      for (const { mask, shift, surplus } of fields) {
        const field = (value & mask) >>> shift;
        data[to++] = surplus > 0 ? field >>> surplus : field << -surplus;
      }
    }
  }
  return { data, width, height, channels };
}

/** A channel's place in a pixel, and how many bits it has beyond 8. */
function fieldOf(mask: number): { mask: number; shift: number; surplus: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return { mask, shift, surplus: mask === 0 ? 0 : 24 - Math.clz32(mask >>> shift) };
}
