/** The size of an image file and how many images it holds, read off its bytes: before any codec sees them. */
import { ByteReader } from './byteReader.js';
import type { ImageHeader } from './imageHeader.js';
import { readAvifHeader } from './avifHeader.js';
import { readBmpHeader } from './bmpHeader.js';
import { readTiffHeader } from './tiffHeader.js';

/**
 * Reads the header of a file whose format is known.
 * @param format as `describeFormat` names it.
 * @returns undefined where the size is not found: a broken file, about which its codec says more.
 */
export function readHeader(format: string, bytes: Uint8Array): ImageHeader | undefined {
  const header = READERS[format]?.(bytes);
  return header && header.width > 0 && header.height > 0 ? header : undefined;
}

const READERS: Readonly<Partial<Record<string, (bytes: Uint8Array) => ImageHeader | undefined>>> = {
  JPEG: readJpeg,
  PNG: readPng,
  GIF: readGif,
  WebP: readWebp,
  AVIF: readAvifHeader,
  BMP: (bytes) => ({ ...readBmpHeader(bytes), frames: 1 }),
  TIFF: readTiffHeader,
};

/** Frame headers of JPEG: all `SOF` but those of tables. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Images may follow one another: Motion JPEG, and `.mpo` with the views and previews of a camera. */
function readJpeg(bytes: Uint8Array): ImageHeader | undefined {
  let header: { width: number; height: number } | undefined;
  let frames = 0;
  for (let at = 0; at >= 0; frames++) {
    const image = readJpegImage(bytes, at);
    header ??= image.size;
    at = image.next;
  }
  return header && { ...header, frames };
}

/** @returns `next`: where another image begins, or -1. */
function readJpegImage(bytes: Uint8Array, start: number): { size?: { width: number; height: number }; next: number } {
  const reader = new ByteReader(bytes, false);
  let size: { width: number; height: number } | undefined;
  let at = start + 2;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return { size, next: -1 };
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (marker === 0xd9) break;
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      if (isFrameHeader(marker)) size ??= { height: reader.u16(at + 5), width: reader.u16(at + 7) };
      at += 2 + Math.max(2, reader.u16(at + 2));
    }
  }
  let next = at + 2;
  while (bytes[next] === 0) next++; // padding
  return { size, next: reader.text(next, 3) === '\xff\xd8\xff' ? next : -1 };
}

function readPng(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, false);
  let frames = 1;
  for (let at = 8; at + 8 <= bytes.length; at += 12 + reader.u32(at)) {
    const type = reader.text(at + 4, 4);
    if (type === 'acTL') frames = Math.max(1, reader.u32(at + 8));
    if (type === 'IDAT') break;
  }
  return { width: reader.u32(16), height: reader.u32(20), frames };
}

function readGif(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes);
  const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  const skipBlocks = (from: number): number => {
    let at = from;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at];
    return at + 1;
  };
  let frames = 0;
  let at = 13 + tableBytes(reader.u8(10));
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x21) at = skipBlocks(at + 2);
    else if (kind === 0x2c) {
      frames++;
      at = skipBlocks(at + 11 + tableBytes(reader.u8(at + 9)));
    } else break;
  }
  return { width: reader.u16(6), height: reader.u16(8), frames: Math.max(1, frames) };
}

function readWebp(bytes: Uint8Array): ImageHeader | undefined {
  const reader = new ByteReader(bytes);
  const u24 = (at: number): number => reader.u16(at) + (reader.u8(at + 2) << 16);
  let size: { width: number; height: number } | undefined;
  let frames = 0;
  for (let at = 12; at + 8 <= bytes.length; at += 8 + reader.u32(at + 4) + (reader.u32(at + 4) % 2)) {
    const type = reader.text(at, 4);
    const data = at + 8;
    if (type === 'ANMF') frames++;
    else if (type === 'VP8X') size = { width: 1 + u24(data + 4), height: 1 + u24(data + 7) };
    else if (type === 'VP8 ') size ??= { width: reader.u16(data + 6) & 0x3fff, height: reader.u16(data + 8) & 0x3fff };
    else if (type === 'VP8L') {
      const bits = reader.u32(data + 1);
      size ??= { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
  }
  return size && { ...size, frames: Math.max(1, frames) };
}
