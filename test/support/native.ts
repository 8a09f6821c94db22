/** Makes TensorFlow's own library the backend of a test file, where it is set up. */
import * as tf from '@tensorflow/tfjs';
import { loadNative } from '../../src/platform/native/load.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';

usePlatform(nodePlatform);
tf.enableProdMode(); // keeps tfjs from printing advice
const library = await loadNative();

/** Why tests that need the native library are skipped; undefined where they run. */
export const nativeMissing = library.available ? undefined : `${library.reason}; ${library.fix}`;

if (nativeMissing === undefined) {
  await tf.setBackend('tensorflow');
  await tf.ready();
}

/** For the title of a `describe.skipIf(nativeMissing)`. */
export const skipNote = nativeMissing === undefined ? '' : ` (skipped: ${nativeMissing})`;
