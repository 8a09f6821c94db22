/**
 * Unpacks files of a wheel, a zip archive of up to several hundred megabytes on disk. Files are streamed one at a time,
 * so that neither the archive nor a library of a gigabyte is in memory.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { FastSAMError } from '../../errors.js';
import { makeFolderSync } from '../makeFolder.js';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** Marks a size that does not fit into 32 bits and is stored elsewhere. */
const ZIP64 = 0xffffffff;

/** One file of the archive. Sizes are in bytes. */
export interface WheelEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly method: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** An opened wheel. Only the list of its files is held in memory. */
export class WheelArchive {
  private constructor(
    readonly path: string,
    readonly entries: ReadonlyMap<string, WheelEntry>,
  ) {}

  /**
   * Reads the list of files.
   * @throws FastSAMError `DOWNLOAD_CORRUPT` when the file is no zip archive.
   */
  static async open(path: string): Promise<WheelArchive> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const tail = await readAt(file, Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES), size);
      const end = lastIndexOfSignature(tail);
      if (end < 0) throw corrupt(path, 'no end of central directory');
      const count = tail.readUInt16LE(end + 10);
      const start = tail.readUInt32LE(end + 16);
      const directory = await readAt(file, start, Math.min(size, start + tail.readUInt32LE(end + 12)));
      return new WheelArchive(path, readDirectory(path, directory, count));
    } finally {
      await file.close();
    }
  }

  /**
   * Writes one file of the archive to `target`, whose folders are made, and checks its length and checksum.
   * @throws FastSAMError `DOWNLOAD_CORRUPT` when there is no such file in the archive or its content is damaged.
   */
  async extract(name: string, target: string, signal?: AbortSignal): Promise<void> {
    const entry = this.entry(name);
    makeFolderSync(dirname(target));
    const start = await this.#dataStart(entry);
    if (entry.compressedSize === 0) {
      await writeFile(target, '');
      return;
    }
    const source = createReadStream(this.path, { start, end: start + entry.compressedSize - 1 });
    const check = new Checksum();
    try {
      if (entry.method === STORED) await pipeline(source, check, createWriteStream(target), { signal });
      else await pipeline(source, createInflateRaw(), check, createWriteStream(target), { signal });
    } catch (error) {
      if (signal?.aborted) throw new FastSAMError('ABORTED', 'aborted by the caller', { cause: signal.reason });
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code.startsWith('Z_')) throw corrupt(this.path, `${name} does not unpack`, error);
      throw new FastSAMError(
        'WRITE_FAILED',
        `${target}: could not be written (${code}), expected room for ${entry.size} bytes`,
        {
          cause: error,
        },
      );
    }
    if (check.bytes !== entry.size || check.crc !== entry.crc) throw corrupt(this.path, `${name} has a wrong checksum`);
  }

  /**
   * The text of a small file of the archive.
   * @throws FastSAMError `DOWNLOAD_CORRUPT` as `extract` does.
   */
  async text(name: string): Promise<string> {
    const entry = this.entry(name);
    if (entry.compressedSize === 0) return '';
    const start = await this.#dataStart(entry);
    const source = createReadStream(this.path, { start, end: start + entry.compressedSize - 1 });
    const chunks: Buffer[] = [];
    const collect = async (stream: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of stream) chunks.push(chunk);
    };
    try {
      if (entry.method === STORED) await pipeline(source, collect);
      else await pipeline(source, createInflateRaw(), collect);
    } catch (error) {
      throw corrupt(this.path, `${name} does not unpack`, error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** @throws FastSAMError `DOWNLOAD_CORRUPT` when the archive has no such file, or one packed in an unknown way. */
  entry(name: string): WheelEntry {
    const entry = this.entries.get(name);
    if (!entry) throw corrupt(this.path, `no file ${name} in it`);
    if (entry.method !== STORED && entry.method !== DEFLATED)
      throw corrupt(this.path, `${name} is packed by method ${entry.method}`);
    return entry;
  }

  async #dataStart(entry: WheelEntry): Promise<number> {
    const file = await open(this.path);
    try {
      const header = await readAt(file, entry.offset, entry.offset + LOCAL_BYTES);
      if (header.length < LOCAL_BYTES) throw corrupt(this.path, `${entry.name} lies outside the file`);
      const start = entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
      if (start + entry.compressedSize > (await stat(this.path)).size) throw corrupt(this.path, 'it is cut off');
      return start;
    } finally {
      await file.close();
    }
  }
}

/** Passes bytes through and counts and checksums them. */
class Checksum extends Transform {
  bytes = 0;
  crc = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.crc = crc32(chunk, this.crc);
    done(null, chunk);
  }
}

function readDirectory(path: string, bytes: Buffer, count: number): Map<string, WheelEntry> {
  const entries = new Map<string, WheelEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw corrupt(path, 'its list of files is damaged');
    }
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + ENTRY_BYTES, nameEnd);
    const entry = {
      name,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      compressedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    if (entry.size === ZIP64 || entry.compressedSize === ZIP64 || entry.offset === ZIP64) {
      throw corrupt(path, `${name} has 64-bit sizes, which no pinned wheel has`);
    }
    entries.set(name, entry);
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

async function readAt(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

function lastIndexOfSignature(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= 0; at--) if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  return -1;
}

function corrupt(path: string, what: string, cause?: unknown): FastSAMError {
  return new FastSAMError(
    'DOWNLOAD_CORRUPT',
    `${path}: got a damaged wheel (${what}), expected a zip archive; download it again`,
    {
      cause,
    },
  );
}
