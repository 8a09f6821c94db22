/**
 * Addresses of the files that the package ships, for browsers. Each is one `new URL` with a literal: that is what bundlers
 * look for, to take the file along. Anything computed there would be read as a pattern of files.
 */

const SHIPPED: Readonly<Record<string, () => string>> = {
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
    'tfjs-backend-wasm-threaded-simd.wasm': new URL('../../wasm/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url).href,
  };
}
