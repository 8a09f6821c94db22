/** The contenders of this package: every device and number format that is present. */
import { fileURLToPath } from 'node:url';
import { extname } from 'node:path';
import { plural } from '../../options/showValue.js';
import { cpuHasBfloat16 } from '../../runtime/compile/cpuFeatures.js';
import { deviceTable } from '../../runtime/deviceStatus.js';
import type { Device } from '../../runtime/choices.js';
import type { Precision } from '../../runtime/choices.js';
import type { ContenderSpec } from './contender.js';
import type { WorkerSpec } from './spec.js';

/** What to measure of what is present. */
export interface VariantFilter {
  /** Default: every device. */
  readonly devices?: readonly Device[];
  /** Default: every precision of a device. */
  readonly precisions?: readonly Precision[];
  /** Numbers of threads of WebAssembly. Default: one a core. */
  readonly threads: readonly number[];
}

/** A contender but for the model. */
export interface Variant {
  readonly label: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly threads?: number;
  /** false: the layers one by one. */
  readonly compile?: false;
}

/** Largest difference of fingerprints between computations of one format. */
const TOLERANCE: Record<Precision, number> = { fp32: 0.001, fp16: 0.02, bf16: 0.1 };

/** The variants that can run here. */
export async function presentVariants(selection: VariantFilter): Promise<Variant[]> {
  const present = (await deviceTable()).filter(({ available }) => available).map(({ device }) => device);
  return variantsOf(present, await cpuHasBfloat16(), selection);
}

/**
 * All valid combinations of device, number format and threads.
 * @param bfloat16 whether the CPU computes in it.
 */
export function variantsOf(
  present: readonly Device[],
  bfloat16: boolean,
  { devices, precisions, threads }: VariantFilter,
): Variant[] {
  const formats = (device: Device): Precision[] => {
    if (device === 'native-gpu') return ['fp32', 'fp16'];
    return device === 'native-cpu' && bfloat16 ? ['fp32', 'bf16'] : ['fp32'];
  };
  return present
    .filter((device) => devices?.includes(device) ?? true)
    .flatMap((device) => formats(device).map((precision) => ({ device, precision })))
    .filter(({ precision }) => precisions?.includes(precision) ?? true)
    .flatMap(({ device, precision }): Variant[] => {
      if (device !== 'wasm') return [{ label: `${device} ${precision}`, device, precision }];
      return threads.map((n) => ({ label: `wasm, ${countThreads(n)}`, device, precision, threads: n }));
    });
}

/** `1 thread`, `2 threads`. */
export function countThreads(n: number): string {
  return plural(n, 'thread');
}

/**
 * How to start a variant with a model.
 * @param program the command that runs one of the scripts of this folder; by default as this process itself runs.
 */
export function specOf(
  { label, device, precision, threads, compile }: Variant,
  model: string,
  program: (script: 'worker' | 'firstMask') => readonly string[] = alike,
): ContenderSpec {
  const worker: WorkerSpec = { model, device, precision, ...(compile === false && { compile }) };
  return {
    label,
    command: [...program('worker'), JSON.stringify(worker)],
    firstMask: [...program('firstMask'), JSON.stringify(worker)],
    ...(threads !== undefined && { env: { FASTSAM_WASM_THREADS: String(threads) } }),
    tolerance: TOLERANCE[precision],
  };
}

/** Runs a script beside this one, as TypeScript or compiled, whichever this is. */
function alike(script: string): string[] {
  const here = fileURLToPath(import.meta.url);
  const path = fileURLToPath(new URL(`${script}${extname(here)}`, import.meta.url));
  return [process.execPath, ...process.execArgv, path];
}
