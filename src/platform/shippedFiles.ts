/**
 * Addresses of the files that the package ships, for browsers. Each is one `new URL` with a literal: that is what bundlers
 * look for, to take the file along. Anything computed there would be read as a pattern of files. The literals hold in the
 * folder of this file and in that of the one-file build, which is as deep.
 */

const SHIPPED: Readonly<Partial<Record<string, () => string>>> = {
  'weights/demo.safetensors': () => new URL('../../weights/demo.safetensors', import.meta.url).href,
  'weights/clip-vocabulary.txt.gz': () => new URL('../../weights/clip-vocabulary.txt.gz', import.meta.url).href,
};

/** See `Platform.packageFile`. What no page needs has no address; asking for it gives the name back. */
export function shippedFile(relative: string): string {
  return SHIPPED[relative]?.() ?? relative;
}

/** Addresses of tfjs' WASM binaries, by the names that tfjs has for them. */
export function shippedBinaries(): Readonly<Record<string, string>> {
  return {
    'tfjs-backend-wasm.wasm': new URL('../../wasm/tfjs-backend-wasm.wasm', import.meta.url).href,
    'tfjs-backend-wasm-simd.wasm': new URL('../../wasm/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
    'tfjs-backend-wasm-threaded-simd.wasm': new URL('../../wasm/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url)
      .href,
  };
}

/** Starts the script of a thread of WebAssembly. */
export function shippedThread(): Worker {
  try {
    return new Worker(new URL('../runtime/wasm/browserThread.js', import.meta.url), { type: 'module' });
  } catch (error) {
    const here = import.meta.url;
    if (new URL(here).origin === globalThis.location.origin) throw error;
    // A worker's own script may not come from another host (a CDN); what it imports may.
    const code = `import ${JSON.stringify(new URL('../runtime/wasm/browserThread.js', here).href)};`;
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    return new Worker(address, { type: 'module' });
  }
}
