/** The same weights for all contenders: random ones of our making and the shipped ones, in everybody's format. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomCheckpoint } from '../../src/cli/bench/randomCheckpoint.js';
import type { Scale } from '../../src/model/families/scaling.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What setup.sh made. */
export const FOLDER = join(ROOT, 'out', 'bench');
const MODELS = join(FOLDER, 'models');

/** The Python interpreter of setup.sh; undefined where it was not run. */
export function python(): string | undefined {
  const path = join(FOLDER, 'python.txt');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** The interpreter that converts to LiteRT, of setup.sh --pages. */
const LITERT = join(FOLDER, 'litert', 'bin', 'python');

/**
 * Makes what LiteRT reads of a model that `randomModel` or `demoModel` gave, unless it is there.
 * @param base path without ending. @throws Error where setup.sh --pages was not run.
 */
export function liteRtModel(base: string, size: number): void {
  const target = `${base}-${String(size)}.tflite`;
  if (existsSync(target)) return;
  if (!existsSync(LITERT)) throw new Error('LiteRT is not here; run tools/bench/setup.sh --pages');
  const args = [script('pages/tflite.py'), `${base}.pt`, target, String(size)];
  execFileSync(LITERT, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Where Python finds what setup.sh added. */
export const PYTHON_ENV = { PYTHONPATH: join(FOLDER, 'site') };

/** Path of a script of this folder. */
export function script(name: string): string {
  return join(ROOT, 'tools', 'bench', name);
}

/**
 * Makes a random checkpoint and what the peers need of it, unless they are there.
 * @param sizes of the exported models, in pixels.
 * @returns path without ending: `.safetensors`, `.pt`, `-640.onnx` …
 */
export function randomModel(scale: Scale, sizes: readonly number[]): string {
  return modelFiles(`random-${scale}`, randomCheckpoint(scale), sizes);
}

/** As `randomModel`, of the model that the package ships. */
export function demoModel(sizes: readonly number[] = []): string {
  return modelFiles('demo', readFileSync(join(ROOT, 'weights', 'demo.safetensors')), sizes);
}

function modelFiles(name: string, bytes: Uint8Array, sizes: readonly number[]): string {
  mkdirSync(MODELS, { recursive: true });
  const base = join(MODELS, name);
  const weights = `${base}.safetensors`;
  if (!existsSync(weights) || Buffer.compare(readFileSync(weights), bytes) !== 0) {
    for (const file of readdirSync(MODELS)) {
      if (file.startsWith(`${name}.`) || file.startsWith(`${name}-`)) rmSync(join(MODELS, file));
    }
    writeFileSync(weights, bytes);
  }
  const interpreter = python();
  const wanted = [`${base}.pt`, ...sizes.map((size) => `${base}-${String(size)}.onnx`)];
  if (interpreter !== undefined && wanted.some((file) => !existsSync(file))) {
    const args = [script('peers.py'), 'export', weights, MODELS, '--sizes', sizes.join(',')];
    execFileSync(interpreter, args, { env: { ...process.env, ...PYTHON_ENV }, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return base;
}
