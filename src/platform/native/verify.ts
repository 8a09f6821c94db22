/** Proves that a native library works: a convolution in a process of its own, compared with plain arithmetic. */
import { FastSAMError } from '../../errors.js';
import { run } from './run.js';

/** What a library that works says about itself. */
export interface Verified {
  /** The version of TensorFlow, for example `2.21.0`. */
  readonly version: string;
  /** It runs on an NVIDIA GPU. */
  readonly gpu: boolean;
}

const SIZE = 12;
const IN_CHANNELS = 3;
const OUT_CHANNELS = 4;
const KERNEL = 3;
/** Far more than rounding (also TF32 on a GPU, whose mantissa has 10 bits), far less than any mistake. */
const TOLERANCE = 0.05;

/**
 * Runs in the child. A crash of the library (an instruction that the processor lacks, for example) ends the child, not
 * us. The image and the kernel are small integers over 8, exact in every format.
 */
const CHILD = `
const util = require('node:util');
for (const [name, is] of Object.entries({ isNullOrUndefined: (v) => v == null, isArray: Array.isArray })) util[name] ??= is;
const tf = require(process.argv[1]);
const fill = (n, a) => Float32Array.from({ length: n }, (_, i) => (((i * a) % 17) - 8) / 8);
const image = tf.tensor4d(fill(${SIZE * SIZE * IN_CHANNELS}, 7), [1, ${SIZE}, ${SIZE}, ${IN_CHANNELS}]);
const kernel = tf.tensor4d(fill(${KERNEL * KERNEL * IN_CHANNELS * OUT_CHANNELS}, 5), [${KERNEL}, ${KERNEL}, ${IN_CHANNELS}, ${OUT_CHANNELS}]);
const backend = tf.findBackend('tensorflow');
const values = Array.from(tf.conv2d(image, kernel, 1, 'valid').dataSync());
process.stdout.write('\\n' + JSON.stringify({ version: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice, values }));
`;

/**
 * Loads the package in a child process and compares its convolution.
 * @param packageFolder the folder of tfjs-node(-gpu), with its library in place.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when the library does not load, crashes or computes something else.
 */
export async function verifyNative(
  packageFolder: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Verified> {
  const args = ['--input-type=commonjs', '-e', CHILD, packageFolder];
  // The caller's own NODE_OPTIONS (a loader, a debugger) must not follow into the child.
  const childEnv = { ...env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? '3' };
  const { code, stdout, stderr } = await run(process.execPath, args, { env: childEnv, signal });
  if (code !== 0) throw failed(`it does not load (${lastLine(stderr)})`);
  const answer = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as Verified & { values: number[] };
  const expected = probeConvolution();
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - (answer.values[i] ?? NaN)) <= TOLERANCE));
  if (wrong >= 0)
    throw failed(`element ${wrong} of a convolution is ${answer.values[wrong] ?? NaN}, not ${expected[wrong] ?? NaN}`);
  return { version: answer.version, gpu: answer.gpu };
}

/** The same convolution ("valid", stride 1, NHWC) in plain arithmetic. */
export function probeConvolution(): number[] {
  const fill = (i: number, a: number) => (((i * a) % 17) - 8) / 8;
  const side = SIZE - KERNEL + 1;
  const out: number[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let o = 0; o < OUT_CHANNELS; o++) {
        let sum = 0;
        for (let k = 0; k < KERNEL * KERNEL * IN_CHANNELS; k++) {
          const [dy, dx, c] = [
            Math.floor(k / (KERNEL * IN_CHANNELS)),
            Math.floor(k / IN_CHANNELS) % KERNEL,
            k % IN_CHANNELS,
          ];
          sum += fill(((y + dy) * SIZE + x + dx) * IN_CHANNELS + c, 7) * fill(k * OUT_CHANNELS + o, 5);
        }
        out.push(sum);
      }
    }
  }
  return out;
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => line.startsWith('Error:')) ?? lines.findLast((line) => line !== '') ?? 'no message';
}

function failed(what: string): FastSAMError {
  return new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `native library: ${what}, expected the sum that plain arithmetic gives; run setup --force, or --cpu where --gpu fails`,
  );
}
