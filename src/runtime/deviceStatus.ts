/** Which devices there are on this machine, and why others are not. */
import { START_TIMEOUT } from '../options/limits.js';
import { platform, type Obstacle } from '../platform/platform.js';
import { DEVICES, type Device } from './choices.js';
import { within } from './startLimit.js';

/** One row of the device table: whether a device can be used here, and if not, why and what would help. */
export interface DeviceStatus {
  readonly device: Device;
  readonly available: boolean;
  /** What it is (version, adapter) when available, else the reason why it is not. */
  readonly detail: string;
  /** What would make it available, where something would. */
  readonly fix?: string;
  /** The CPU pretends to be a GPU, far slower than WebAssembly: used only when asked for by this name. */
  readonly software?: true;
}

/** The state of every device on this machine, fastest first. Nothing is chosen; the active backend stays. */
export async function deviceTable(): Promise<DeviceStatus[]> {
  const rows: DeviceStatus[] = [];
  for (const device of DEVICES) rows.push(await deviceStatus(device));
  return rows;
}

/** How to look at a device. */
export interface StatusOptions {
  /** The library, if this call is the one that loads it, is to compute on the CPU for good. */
  readonly cpuOnly?: boolean;
  /** Seconds that a GPU's driver may take to answer. Default 30. */
  readonly limit?: number;
}

/** The state of one device. */
export async function deviceStatus(
  device: Device,
  { cpuOnly = false, limit = START_TIMEOUT }: StatusOptions = {},
): Promise<DeviceStatus> {
  switch (device) {
    case 'native-gpu':
    case 'native-cpu':
      return nativeStatus(device, cpuOnly);
    case 'webgpu':
      return webGpuStatus(limit);
    case 'webgl':
      return webGlStatus();
    case 'wasm':
      return { device, available: typeof WebAssembly !== 'undefined', detail: `WebAssembly with SIMD${threadsNote()}` };
  }
}

function threadsNote(): string {
  const count = platform().wasm?.threads() ?? 1;
  return count > 1 ? `, ${count} threads` : '';
}

async function nativeStatus(device: 'native-gpu' | 'native-cpu', cpuOnly: boolean): Promise<DeviceStatus> {
  const native = await platform().loadNative?.({ cpuOnly });
  if (!native) return { device, available: false, detail: 'needs Node.js' };
  if (device === 'native-gpu' && !('gpu' in native && native.gpu)) return absent(device, native.noGpu);
  if (!native.available) return absent(device, native);
  return { device, available: true, detail: `TensorFlow ${native.version}` };
}

async function webGpuStatus(limit: number): Promise<DeviceStatus> {
  const device = 'webgpu';
  const found = await platform().findWebGpu?.();
  if (found && !found.available) return absent(device, found);
  const gpu = found ? found.gpu : (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return { device, available: false, detail: 'needs a browser with WebGPU' };
  let adapter: GPUAdapter | null;
  try {
    adapter = await within(limit, gpu.requestAdapter({ powerPreference: 'high-performance' }));
  } catch (error) {
    const fix = 'see that the driver of the GPU works, or raise startTimeout';
    return { device, available: false, detail: `no WebGPU adapter (${(error as Error).message})`, fix };
  }
  if (adapter === null) {
    return {
      device,
      available: false,
      detail: 'no WebGPU adapter (no GPU, or no driver for Vulkan, Direct3D or Metal)',
    };
  }
  const name = adapterName(adapter.info);
  return isSoftware(adapter.info)
    ? { device, available: true, detail: `software, slower than wasm: ${name}`, software: true }
    : { device, available: true, detail: name };
}

const adapterName = ({ description, device, vendor }: GPUAdapterInfo): string =>
  description || [vendor, device].filter((part) => part !== '').join(' ') || 'WebGPU adapter';

/** Names of the implementations without a GPU: Mesa's, Google's, Microsoft's. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render|\bwarp\b|software/i;

/** Whether the CPU stands in for a GPU. Not every implementation says so by the flag. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const { description, device, architecture } = info;
  return info.isFallbackAdapter || SOFTWARE.test([description, device, architecture].join(' '));
}

function webGlStatus(): DeviceStatus {
  const device = 'webgl';
  if (typeof OffscreenCanvas === 'undefined' && typeof document === 'undefined') {
    return { device, available: false, detail: 'needs a browser' };
  }
  const gl =
    typeof OffscreenCanvas === 'undefined'
      ? document.createElement('canvas').getContext('webgl2')
      : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) return { device, available: false, detail: 'no WebGL 2 in this browser' };
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow a page only so many
  return SOFTWARE.test(name)
    ? { device, available: true, detail: `software, slower than wasm: ${name}`, software: true }
    : { device, available: true, detail: `WebGL 2: ${name}` };
}

function absent(device: Device, { reason, fix }: Obstacle): DeviceStatus {
  return { device, available: false, detail: reason, ...(fix === undefined ? {} : { fix }) };
}
