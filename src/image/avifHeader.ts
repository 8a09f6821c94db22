/** The size of an AVIF: the largest that any of its parts claims, since a decoder makes room for all of them. */
import { ByteReader } from './byteReader.js';
import type { ImageHeader } from './imageHeader.js';

/** Boxes that hold others, and how many bytes of their own come first. */
const CONTAINERS: Readonly<Partial<Record<string, number>>> = {
  meta: 4, iprp: 0, ipco: 0, moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0,
}; // prettier-ignore

interface Found {
  width: number;
  height: number;
  frames: number;
}

/** Looks into the boxes of an AVIF. */
export function readAvifHeader(bytes: Uint8Array): ImageHeader {
  const found: Found = { width: 0, height: 0, frames: 1 };
  readBoxes(new ByteReader(bytes, false), 0, bytes.length, found, 0);
  return found;
}

function readBoxes(reader: ByteReader, start: number, end: number, found: Found, depth: number): void {
  for (let at = start; at + 8 <= end;) {
    const declared = reader.u32(at);
    const type = reader.text(at + 4, 4);
    const size = declared === 1 ? reader.u64(at + 8) : declared === 0 ? end - at : declared;
    const data = at + (declared === 1 ? 16 : 8);
    const own = CONTAINERS[type];
    if (type === 'ispe') enlarge(found, reader.u32(data + 4), reader.u32(data + 8));
    else if (type === 'av01') enlarge(found, reader.u16(data + 24), reader.u16(data + 26));
    else if (type === 'stsz') found.frames = Math.max(found.frames, reader.u32(data + 8));
    else if (type === 'stsd') readBoxes(reader, data + 8, Math.min(end, at + size), found, depth + 1);
    else if (own !== undefined && depth < 16) readBoxes(reader, data + own, Math.min(end, at + size), found, depth + 1);
    if (size < 8) return; // broken: the codec says so
    at += size;
  }
}

function enlarge(found: Found, width: number, height: number): void {
  if (width * height <= found.width * found.height) return;
  found.width = width;
  found.height = height;
}
