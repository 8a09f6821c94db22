/**
 * WebGPU in Node: Dawn, the implementation of Chromium, from the npm package `webgpu`, and tfjs' backend for WebGPU.
 * Both are optional, and Dawn needs a driver of the system: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WebGpuState } from './platform.js';

const DAWN = 'webgpu';
const BACKEND = '@tensorflow/tfjs-backend-webgpu';
const CORE = '@tensorflow/tfjs-core';

/**
 * Exact: other versions of Dawn need a newer libstdc++ than Debian 12 has, and tfjs packages only go together alike.
 */
const INSTALL = `run: npm install ${DAWN}@0.6.2 ${BACKEND}@4.22.0`;

/** What the package `webgpu` exports. */
interface Dawn {
  create(flags: string[]): GPU;
  /** GPUBufferUsage, GPUMapMode … */
  readonly globals: Readonly<Record<string, unknown>>;
}

let found: Promise<WebGpuState> | undefined;

/** Loads both packages and starts Dawn, once. Nothing global changes before `register`. It never throws. */
export function findWebGpu(): Promise<WebGpuState> {
  found ??= find();
  return found;
}

async function find(): Promise<WebGpuState> {
  const require = createRequire(import.meta.url);
  const [dawnPath, backendPath] = [resolvedBy(require, DAWN), resolvedBy(require, BACKEND)];
  if (dawnPath === undefined || backendPath === undefined) {
    return { available: false, reason: `the package ${dawnPath ? BACKEND : DAWN} is not installed`, fix: INSTALL };
  }
  if (resolvedBy(createRequire(backendPath), CORE) !== resolvedBy(require, CORE)) {
    return { available: false, reason: `two copies of ${CORE} are installed`, fix: INSTALL };
  }
  if (!hasVulkan()) {
    const fix = 'install libvulkan1 (vulkan-loader) and the driver of the GPU';
    return { available: false, reason: `no Vulkan (${VULKAN} is not found)`, fix };
  }
  try {
    const dawn = (await import(pathToFileURL(dawnPath).href)) as Dawn;
    const gpu = dawn.create([]);
    return { available: true, gpu, register: () => register(dawn, gpu, backendPath) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { available: false, reason: `the package ${DAWN} does not load (${message.split('\n', 1)[0]})` };
  }
}

const VULKAN = 'libvulkan.so.1';
const LIBRARY_FOLDERS = [
  ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib'],
  '/run/opengl-driver/lib',
];

/** Whether Dawn will find Vulkan, without which it prints a warning. Other systems have their own ways to the GPU. */
export function hasVulkan(system = process.platform, path = process.env.LD_LIBRARY_PATH ?? ''): boolean {
  const folders = [...path.split(delimiter), ...LIBRARY_FOLDERS].filter((folder) => folder !== '');
  return system !== 'linux' || folders.some((folder) => existsSync(join(folder, VULKAN)));
}

/** The backend registers itself when it is imported, but only where `navigator.gpu` is there already. */
async function register({ globals }: Dawn, gpu: GPU, backendPath: string): Promise<void> {
  Object.assign(globalThis, globals);
  if (typeof navigator === 'undefined') {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  await import(pathToFileURL(backendPath).href);
}

function resolvedBy(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
