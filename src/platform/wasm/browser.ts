/** WebAssembly in browsers: shipped binaries, and threads on pages that may share memory. */
import type { WasmSupport, WasmThread } from '../platform.js';
import { shippedBinaries, shippedThread } from '../shippedFiles.js';
import { MOST_THREADS } from './mostThreads.js';

export const browserWasm: WasmSupport = {
  files: shippedBinaries,
  threads,
  startThread,
  pretendCores,
  quietly: (start) => start(),
};

/** One a core, at most 8, on pages that are cross-origin isolated (docs/user/browser.md); else one. */
function threads(): number {
  const isolated = globalThis.crossOriginIsolated && typeof Worker !== 'undefined';
  return isolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
}

async function startThread(): Promise<WasmThread> {
  const worker = shippedThread();
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => {
      resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message || 'the script of the thread cannot be loaded'));
    };
  });
  worker.onerror = null;
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    listen: (receive) => {
      worker.onmessage = ({ data }) => {
        receive(data);
      };
    },
    detach: () => undefined,
    end: () => {
      worker.terminate();
    },
  };
}

function pretendCores(count: number): () => void {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: count, configurable: true });
  return () => {
    Reflect.deleteProperty(navigator, 'hardwareConcurrency'); // the browser's own, of its prototype, is back
  };
}
