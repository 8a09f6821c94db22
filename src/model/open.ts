/** From what a caller names to a checkpoint whose tensors are known to fit. */
import { inferArchitecture } from './check.js';
import { settingsOf } from './settings.js';
import { CATALOGUE } from '../weights/catalogue.js';
import { readCheckpoint, type Checkpoint } from '../weights/checkpoint.js';
import { readFrom, type ResolveOptions, type ResolvedWeights } from '../weights/resolve.js';
import { isByteSource, readByteSource, type ByteSource } from '../platform/byteSource.js';
import type { Architecture } from './architecture.js';

/** A checkpoint, read and checked. */
export interface OpenedCheckpoint extends Omit<ResolvedWeights, 'bytes'> {
  /** Size of the file. */
  readonly fileBytes: number;
  readonly checkpoint: Checkpoint;
  readonly architecture: Architecture;
}

/**
 * Finds (or downloads), reads and checks a checkpoint.
 * @param source a name of the catalogue, a path, a URL, or the bytes of a file, also as a Blob, a File or a Response.
 * @throws FastSAMError what `resolveWeights`, `readCheckpoint`, `checkTensors` and `settingsOf` throw.
 */
export async function openCheckpoint(
  source: string | URL | ByteSource,
  options: ResolveOptions = {},
): Promise<OpenedCheckpoint> {
  if (isByteSource(source)) {
    const { bytes, name = 'bytes' } = await readByteSource('weights', source);
    return { name: name.split('/').at(-1) ?? name, path: '', fileBytes: bytes.length, ...(await read(bytes)) };
  }
  const { bytes, content, ...found } = await readFrom(CATALOGUE, source, options, read);
  return { ...found, fileBytes: bytes.length, ...content };
}

async function read(bytes: Uint8Array): Promise<Pick<OpenedCheckpoint, 'checkpoint' | 'architecture'>> {
  const checkpoint = await readCheckpoint(bytes);
  const architecture = inferArchitecture(checkpoint.tensors, checkpoint.metadata);
  return { checkpoint, architecture: { ...architecture, settings: settingsOf(architecture, checkpoint) } };
}
