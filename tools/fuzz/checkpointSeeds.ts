/** The sound checkpoints that are mutated: golden files of every container. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FOLDERS: readonly (readonly [folder: string, files: RegExp])[] = [
  ['checkpoints', /\.(pt|safetensors)$/],
  ['onnx', /^(slim|half|numbered|int8)\.onnx\.gz$/],
  ['settings', /^(mixed|relu)\.(pt|torchscript|onnx)\.gz$/],
];

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
