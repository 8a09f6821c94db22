/** Writing of zip archives whose entries are stored as they are (APPNOTE 6.3.10). Equal entries give equal bytes. */
import { invalidArgument } from '../errors.js';
import { crc32 } from './crc32.js';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
/** Names are UTF-8. */
const UTF8_FLAG = 0x0800;
/** 1 January 1980, with which zip's clock begins. */
const FIRST_DAY = 0x0021;
const MAX_ENTRIES = 0xffff;
const MAX_BYTES = 0xffffffff;

/**
 * @param entries contents by their names.
 * @throws FastSAMError `INVALID_ARGUMENT` for more than 65,535 entries or 4 GB, which need zip64.
 */
export function writeZip(entries: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const files = entries.map(([name, bytes]) => ({ name: new TextEncoder().encode(name), bytes, crc: crc32(bytes) }));
  const local = files.reduce((sum, { name, bytes }) => sum + LOCAL_BYTES + name.length + bytes.length, 0);
  const central = files.reduce((sum, { name }) => sum + CENTRAL_BYTES + name.length, 0);
  const size = local + central + END_BYTES;
  if (files.length > MAX_ENTRIES || size > MAX_BYTES) {
    throw invalidArgument(
      `zip: got ${files.length} entries of ${size} bytes, expected at most ${MAX_ENTRIES} and 4 GB; write several files`,
    );
  }
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  let entry = local;
  for (const { name, bytes, crc } of files) {
    view.setUint32(at, LOCAL_HEADER, true);
    facts(view, at + 4, crc, name.length, bytes.length);
    out.set(name, at + LOCAL_BYTES);
    out.set(bytes, at + LOCAL_BYTES + name.length);
    view.setUint32(entry, CENTRAL_HEADER, true);
    view.setUint16(entry + 4, VERSION, true);
    facts(view, entry + 6, crc, name.length, bytes.length);
    view.setUint32(entry + 42, at, true);
    out.set(name, entry + CENTRAL_BYTES);
    at += LOCAL_BYTES + name.length + bytes.length;
    entry += CENTRAL_BYTES + name.length;
  }
  view.setUint32(entry, END_RECORD, true);
  view.setUint16(entry + 8, files.length, true);
  view.setUint16(entry + 10, files.length, true);
  view.setUint32(entry + 12, central, true);
  view.setUint32(entry + 16, local, true);
  return out;
}

/** What both headers of an entry say in the same order: version, flags, method, time, date, checksum, sizes. */
function facts(view: DataView, at: number, crc: number, nameBytes: number, size: number): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, UTF8_FLAG, true);
  view.setUint16(at + 8, FIRST_DAY, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameBytes, true);
}
