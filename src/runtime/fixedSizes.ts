/**
 * Which sizes WebGL's shaders are made for. Given as numbers, one shader serves all, and few are compiled; as a part of the
 * shader, products run about twice as fast. So most are made for any size, and those of convolutions for one.
 */
import * as tf from './tfjs.js';
import { setFlags } from './engine.js';

const FLAG = 'WEBGL_USE_SHAPES_UNIFORMS';

/** What is used of tfjs' WebGL backend (4.22). */
interface Uploads {
  uploadToGPU(dataId: tf.DataId): void;
}

/** Work whose shaders are made for its sizes, other than those that bring tensors to the GPU. */
export function withFixedSizes<T>(work: () => T): T {
  if (tf.getBackend() !== 'webgl') return work();
  const backend = tf.backend() as unknown as Uploads;
  const own = Object.getOwnPropertyDescriptor(backend, 'uploadToGPU');
  const upload = backend.uploadToGPU.bind(backend);
  const before = setFlags({ [FLAG]: false });
  backend.uploadToGPU = (dataId) => {
    const fixed = setFlags(before);
    try {
      upload(dataId);
    } finally {
      setFlags(fixed);
    }
  };
  try {
    return work();
  } finally {
    setFlags(before);
    Reflect.deleteProperty(backend, 'uploadToGPU'); // the method of its class is back
    if (own) Object.defineProperty(backend, 'uploadToGPU', own);
  }
}
