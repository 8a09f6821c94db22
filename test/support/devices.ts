/** Suites that depend on a backend run on each that is present; one that is absent is skipped by name, with the reason. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, inject } from 'vitest';
import { loadNative } from '../../src/platform/native/load.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { Device } from '../../src/runtime/choices.js';

/** What computes: WebAssembly, TensorFlow's own library, or TensorFlow.js without any help, which is slow. */
export type Backend = 'wasm' | 'native' | 'plain JavaScript';

/** What TensorFlow.js calls them. */
const TFJS_NAMES: Readonly<Record<Backend, string>> = {
  wasm: 'wasm',
  native: 'tensorflow',
  'plain JavaScript': 'cpu',
};

/** A device as callers choose it and as results name it. */
export interface TestDevice {
  readonly choice: 'wasm' | 'cpu';
  readonly device: Device;
}

const DEVICES: Readonly<Record<'wasm' | 'native', TestDevice>> = {
  wasm: { choice: 'wasm', device: 'wasm' },
  native: { choice: 'cpu', device: 'native-cpu' },
};

usePlatform(nodePlatform);
tf.enableProdMode(); // keeps tfjs from printing advice

/** A suite of tests on tensors: each backend in turn is the active one of TensorFlow.js. */
export function describeOnBackends(
  title: string,
  backends: readonly Backend[],
  suite: (backend: Backend) => void,
): void {
  for (const backend of backends) {
    describePresent(title, backend, () => {
      beforeAll(() => activate(backend));
      suite(backend);
    });
  }
}

/** A suite of tests that choose their device themselves, as users do: by `load`, or by `acquireDevice`. */
export function describeOnDevices(
  title: string,
  backends: readonly ('wasm' | 'native')[],
  suite: (device: TestDevice) => void,
): void {
  for (const backend of backends) {
    describePresent(title, backend, () => {
      suite(DEVICES[backend]);
    });
  }
}

/** Makes a backend the active one, for tests that need one and any will do, or that take turns. */
export async function activate(backend: Backend): Promise<void> {
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (backend === 'native') {
    const library = await loadNative();
    if (!library.available) throw new Error(`the native library is set up, but ${library.reason}`);
  }
  if (!(await tf.setBackend(TFJS_NAMES[backend]))) throw new Error(`${backend} does not start`);
  await tf.ready();
}

function describePresent(title: string, backend: Backend, suite: () => void): void {
  const reason = backend === 'native' ? inject('missing').native : undefined;
  if (reason === undefined) describe(`${title} on ${backend}`, suite);
  else describe.skip(`${title} on ${backend} (skipped: ${reason})`, suite);
}
