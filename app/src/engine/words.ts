/** Numbers and states in words. */

/** `6.6 MB`. */
export function bytes(count: number): string {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} MB`;
}

/** `412 ms`, `1.3 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

const STAGES = {
  preprocess: 'Reading the picture',
  inference: 'Finding objects',
  postprocess: 'Drawing their outlines',
} as const;

export const stageText = (stage: keyof typeof STAGES): string => STAGES[stage];

const DEVICES: Readonly<Record<string, string>> = { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly' };

export const deviceText = (device: string): string => DEVICES[device] ?? device;

/** `1 object`, `3 objects`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
