/** The sound checkpoints that are mutated: golden files of every container. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openZip } from '../../src/weights/zip.js';
import { isOnnx } from './onnxMutations.js';

const FOLDERS: readonly (readonly [folder: string, files: RegExp])[] = [
  ['checkpoints', /\.(pt|safetensors)$/],
  ['onnx', /^(slim|half|numbered|int8)\.onnx\.gz$/],
  ['settings', /^(mixed|relu)\.(pt|torchscript|onnx)\.gz$/],
];

/** What holds tensors. */
export type Container = 'torch zip' | 'torch before 1.6' | 'TorchScript' | 'safetensors' | 'ONNX';

/** The container of a sound checkpoint. */
export function containerOf(bytes: Uint8Array): Container {
  if (isOnnx(bytes)) return 'ONNX';
  if (bytes[0] === 0x80) return 'torch before 1.6';
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return 'safetensors';
  return openZip(bytes).names.some((name) => name.endsWith('/constants.pkl')) ? 'TorchScript' : 'torch zip';
}

/** All of them. */
export function checkpointSeeds(): Uint8Array[] {
  return FOLDERS.flatMap(([folder, files]) => {
    const url = new URL(`../../test/golden/${folder}/`, import.meta.url);
    const names = readdirSync(fileURLToPath(url)).filter((name) => files.test(name));
    return names.sort().map((name) => {
      const bytes = readFileSync(new URL(name, url));
      return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    });
  });
}
