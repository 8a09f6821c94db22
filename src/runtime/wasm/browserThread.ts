/** A thread of WebAssembly in a browser: a module worker. The build makes it one file without imports. */
import factory from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import { serve, type EmscriptenFactory } from '../../platform/wasm/serve.js';

const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
};
const post = scope.postMessage.bind(scope);
const receive = serve(post, factory as unknown as EmscriptenFactory);
scope.onmessage = ({ data }) => {
  receive(data);
};
