/** Standard input as an image or video. */
import { writeFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileError } from '../platform/fileErrors.js';
import { removeOnExit } from '../platform/tempFiles.js';
import { systemTemporary } from '../platform/tempNames.js';
import { isVideoBytes, VIDEO_HEAD } from '../source/videoBytes.js';
import type { Source } from './source.js';

const NAME = 'stdin';

/**
 * Reads all of it. A video goes to the disk: ffmpeg reads it twice, once for its size, and an MP4 from its end.
 * @throws FastSAMError `WRITE_FAILED`; an `AbortError` when the signal fires.
 */
export async function readStdin(signal: AbortSignal): Promise<Source> {
  const stream = addAbortSignal(signal, process.stdin)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const chunks: Uint8Array[] = [];
  for (let length = 0, next = await stream.next(); !next.done; next = await stream.next()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length >= VIDEO_HEAD) break;
  }
  const head = Buffer.concat(chunks);
  const bytes = after(head, stream);
  if (!isVideoBytes(head)) return { input: await buffer(bytes), name: NAME };
  return { input: await store(bytes), name: NAME, video: true, temporary: true };
}

async function* after(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** @returns the path of a file that goes with the process. */
async function store(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const path = systemTemporary();
  removeOnExit(path);
  try {
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw fileError('write', path, error);
  }
  return path;
}
