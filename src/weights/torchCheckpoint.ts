/** Files of `torch.save` and TorchScript as checkpoints. */
import type { Checkpoint } from './checkpointRecord.js';
import type { Modules } from './moduleFacts.js';
import { collectTensors } from './collect.js';
import { openTorchLegacy, openTorchZip } from './torchFile.js';
import { torchMetadata } from './torchMetadata.js';
import { torchModules } from './torchModules.js';
import { isScripted, scriptModules } from './torchScript.js';

const ZIP_MAGIC = [0x50, 0x4b];

/**
 * Reads a zip archive, or the plain concatenation of torch before 1.6.
 * @throws FastSAMError `INVALID_CHECKPOINT`, `UNSUPPORTED_CHECKPOINT`.
 */
export function readTorch(bytes: Uint8Array): Checkpoint {
  const isZip = ZIP_MAGIC.every((byte, i) => bytes[i] === byte);
  const file = isZip ? openTorchZip(bytes) : openTorchLegacy(bytes);
  const { source, tensors, module } = collectTensors(file.root, file.tensors);
  const facts = torchMetadata(file.root, module, file.readText('extra/config.txt'));
  if (module === undefined) return { format: file.format, source, tensors, ...facts };
  const modules = (): Modules =>
    isScripted(module) ? scriptModules(module, file.readText) : torchModules(module, file.tensors);
  return { format: file.format, source, tensors, modules, ...facts };
}
