/** safetensors files as checkpoints. */
import type { Checkpoint } from './checkpointRecord.js';
import { factsOfStrings } from './checkpointStrings.js';
import { readSafetensors } from './safetensors.js';

/** @throws FastSAMError `INVALID_CHECKPOINT`, `UNSUPPORTED_CHECKPOINT`. */
export function readSafetensorsCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  return { format: 'safetensors', source: 'state_dict', tensors, ...factsOfStrings(metadata), metadata };
}
