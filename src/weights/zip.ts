/**
 * A reader of zip archives in memory, made for untrusted ones (APPNOTE 6.3.10). Only the central directory is believed:
 * torch writes local headers without sizes. Entries that overlap, leave the file, repeat or have dangerous names are
 * refused as a whole, before anything is read.
 */
import { ByteView, invalid, unsupported } from './byteView.js';
import { crc32 } from './crc32.js';
import { inflateBounded } from './inflate.js';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const ZIP64_END_RECORD = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const END_RECORD_BYTES = 22;
const LOCATOR_BYTES = 20;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const SATURATED_16 = 0xffff;
const SATURATED_32 = 0xffffffff;
const ZIP64_EXTRA = 1;
const FLAG_ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** An unstripped FastSAM-x has some 2,500 entries. */
const MAX_ENTRIES = 100_000;
/** Deflate cannot pack better than 1 : 1032. */
const DEFLATE_MAX_RATIO = 1032;
/** All deflated entries together may grow to this, or to four times the archive where that is more. */
const MIN_INFLATE_BUDGET = 64 * 2 ** 20;

const utf8 = new TextDecoder();

interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly localOffset: number;
}

/** An opened archive: names, and bytes on demand. */
export interface ZipArchive {
  /** Entry names in central-directory order, folders included. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /**
   * The bytes of one entry: stored ones are a view of the archive (no copy), deflated ones are unpacked. The CRC-32 is
   * checked (about 1 ms for a MB) unless the archive records 0, as torch does under `set_crc32_options(False)`.
   * @throws FastSAMError `INVALID_CHECKPOINT` when the entry is absent, damaged or grows beyond its declared size or the
   * archive's budget; `UNSUPPORTED_CHECKPOINT` for encryption and unknown compression methods.
   */
  read(name: string): Uint8Array;
}

/**
 * Opens an archive.
 * @throws FastSAMError `INVALID_CHECKPOINT` when it is cut off, inconsistent or hostile.
 */
export function openZip(bytes: Uint8Array): ZipArchive {
  const file = new ByteView(bytes, 'zip archive');
  const directory = findDirectory(file);
  const entries = readDirectory(file, directory);
  const dataStarts = locateData(file, entries, directory.offset);
  let inflateBudget = Math.max(MIN_INFLATE_BUDGET, 4 * bytes.length);

  const read = (name: string): Uint8Array => {
    const entry = entries.get(name);
    const start = dataStarts.get(name);
    if (entry === undefined || start === undefined) {
      throw invalid(`zip archive: got no entry ${quote(name)}; the checkpoint is incomplete, get it again`);
    }
    if (entry.flags & FLAG_ENCRYPTED) {
      throw unsupported(`zip entry ${quote(name)}: got an encrypted one, expected none; unpack and save it again`);
    }
    const packed = file.slice(start, entry.packedSize);
    if (entry.method === DEFLATED) {
      inflateBudget -= entry.size;
      if (inflateBudget < 0) {
        throw invalid(
          `zip entry ${quote(name)}: unpacks to too much (${entry.size} bytes more); refused as a zip bomb`,
        );
      }
    }
    const data = unpack(entry, packed);
    if (entry.crc !== 0 && crc32(data) !== entry.crc) {
      throw invalid(`zip entry ${quote(name)}: its checksum does not fit its bytes; the file is damaged, get it again`);
    }
    return data;
  };
  return { names: [...entries.keys()], has: (name) => entries.has(name), read };
}

function unpack(entry: ZipEntry, packed: Uint8Array): Uint8Array {
  if (entry.method === STORED) return packed;
  if (entry.method === DEFLATED) return inflateBounded(packed, entry.size, `zip entry ${quote(entry.name)}`);
  throw unsupported(
    `zip entry ${quote(entry.name)}: got compression method ${entry.method}, expected stored (0) or deflated (8)`,
  );
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

/** The central directory's position, from the end record or, where that one is saturated, from the zip64 one. */
function findDirectory(file: ByteView): Directory {
  const end = findEndRecord(file);
  const diskNumbers = file.u32(end + 4);
  const classic = { count: file.u16(end + 10), size: file.u32(end + 12), offset: file.u32(end + 16) };
  const saturated = classic.count === SATURATED_16 || classic.size === SATURATED_32 || classic.offset === SATURATED_32;
  const directory = saturated ? readZip64Directory(file, end - LOCATOR_BYTES) : classic;
  if (diskNumbers !== 0 && !saturated) throw unsupported('zip archive: got one in several volumes, expected one file');
  if (directory.count > MAX_ENTRIES) {
    throw invalid(`zip archive: got ${directory.count} entries, expected at most ${MAX_ENTRIES}`);
  }
  if (directory.offset + directory.size > end) {
    throw invalid('zip archive: its directory reaches beyond its end; the file is cut off or damaged, get it again');
  }
  return directory;
}

function findEndRecord(file: ByteView): number {
  const last = file.length - END_RECORD_BYTES;
  const first = Math.max(0, last - MAX_COMMENT_BYTES);
  for (let at = last; at >= first; at--) {
    if (file.u32(at) === END_RECORD && at + END_RECORD_BYTES + file.u16(at + 20) === file.length) return at;
  }
  throw invalid('zip archive: got no end record; the file is cut off or damaged, get it again');
}

function readZip64Directory(file: ByteView, locator: number): Directory {
  if (locator < 0 || file.u32(locator) !== ZIP64_LOCATOR) {
    throw invalid('zip archive: got no zip64 locator where one is needed; the file is damaged, get it again');
  }
  const record = file.u64(locator + 8);
  if (file.u32(record) !== ZIP64_END_RECORD)
    throw invalid('zip archive: got no zip64 end record; the file is damaged, get it again');
  return { count: file.u64(record + 32), size: file.u64(record + 40), offset: file.u64(record + 48) };
}

function readDirectory(file: ByteView, directory: Directory): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  const end = directory.offset + directory.size;
  let at = directory.offset;
  for (let i = 0; i < directory.count; i++) {
    if (at + CENTRAL_BYTES > end || file.u32(at) !== CENTRAL_HEADER) {
      throw invalid(
        `zip archive: entry ${i} of ${directory.count} is missing in its directory; the file is damaged, get it again`,
      );
    }
    const nameBytes = file.u16(at + 28);
    const extraBytes = file.u16(at + 30);
    const entry = readEntry(file, at, nameBytes, extraBytes);
    if (entries.has(entry.name)) throw invalid(`zip archive: got two entries named ${quote(entry.name)}`);
    entries.set(entry.name, entry);
    at += CENTRAL_BYTES + nameBytes + extraBytes + file.u16(at + 32);
  }
  return entries;
}

function readEntry(file: ByteView, at: number, nameBytes: number, extraBytes: number): ZipEntry {
  const name = utf8.decode(file.slice(at + CENTRAL_BYTES, nameBytes));
  checkName(name);
  const wide = zip64Values(file, at + CENTRAL_BYTES + nameBytes, extraBytes);
  // The zip64 extra field holds only the saturated values, in this order.
  const widen = (value: number): number => (value === SATURATED_32 ? wide() : value);
  const size = widen(file.u32(at + 24));
  const packedSize = widen(file.u32(at + 20));
  const localOffset = widen(file.u32(at + 42));
  const method = file.u16(at + 10);
  if (method === STORED ? size !== packedSize : size > packedSize * DEFLATE_MAX_RATIO + DEFLATE_MAX_RATIO) {
    throw invalid(`zip entry ${quote(name)}: its sizes (${packedSize} packed, ${size} unpacked) are impossible`);
  }
  return { name, flags: file.u16(at + 8), method, crc: file.u32(at + 16), packedSize, size, localOffset };
}

/** Hands out the 64-bit values of an entry's zip64 extra field one after the other. */
function zip64Values(file: ByteView, start: number, length: number): () => number {
  let at = start;
  const end = start + length;
  while (at + 4 <= end && file.u16(at) !== ZIP64_EXTRA) at += 4 + file.u16(at + 2);
  const found = at + 4 <= end;
  const valuesEnd = found ? Math.min(end, at + 4 + file.u16(at + 2)) : 0;
  let next = at + 4;
  return () => {
    if (next + 8 > valuesEnd)
      throw invalid('zip archive: an entry lacks its zip64 sizes; the file is damaged, get it again');
    next += 8;
    return file.u64(next - 8);
  };
}

function checkName(name: string): void {
  const parts = name.split('/');
  if (name === '' || name.startsWith('/') || parts.includes('..') || /[\\\0]/.test(name)) {
    throw invalid(`zip archive: got the entry name ${quote(name)}, which leaves the archive; refused as hostile`);
  }
}

/** Where each entry's data starts, by its local header, after the check that no two entries share a byte. */
function locateData(file: ByteView, entries: Map<string, ZipEntry>, directoryOffset: number): Map<string, number> {
  const starts = new Map<string, number>();
  let free = 0;
  const byOffset = [...entries.values()].sort((a, b) => a.localOffset - b.localOffset);
  for (const entry of byOffset) {
    const at = entry.localOffset;
    if (at < free || file.u32(at) !== LOCAL_HEADER) {
      throw invalid(
        `zip entry ${quote(entry.name)}: overlaps another one or has no header; the file is damaged, get it again`,
      );
    }
    const start = at + LOCAL_BYTES + file.u16(at + 26) + file.u16(at + 28);
    free = start + entry.packedSize;
    if (free > directoryOffset) {
      throw invalid(
        `zip entry ${quote(entry.name)}: reaches beyond the archive's data; the file is damaged, get it again`,
      );
    }
    starts.set(entry.name, start);
  }
  return starts;
}

/** A name for messages: quoted, cut to a sane length. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
