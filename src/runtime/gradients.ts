/**
 * What tfjs lacks to take gradients through the network: kernels that a backend does not have, and the gradient of an
 * operation that has none. Registered when the first gradient is asked for, until the last model is disposed.
 */
import * as tf from './tfjs.js';
import { whenGivenBack } from './caller.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';

const WASM = 'wasm';
const INPUT_KERNEL = 'Conv2DBackpropInput';
const FILTER_KERNEL = 'Conv2DBackpropFilter';

type Size4D = [number, number, number, number];

/** What tfjs calls both kernels with. */
interface BackpropArgs {
  readonly inputs: { readonly dy: tf.Tensor4D; readonly filter: tf.Tensor4D; readonly x: tf.Tensor4D };
  readonly attrs: {
    readonly strides: number | readonly [number, number];
    readonly pad: unknown;
    readonly inputShape: Size4D;
    readonly filterShape: Size4D;
  };
  readonly backend: unknown;
}
type BackpropKernel = (args: BackpropArgs) => tf.Tensor;

/** A convolution's geometry: its stride, and rows and columns of zeros around the input. */
interface Geometry {
  readonly stride: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const DEPTH_TO_SPACE = 'DepthToSpace';
const prepared = new Set<string>();
/** Kernels of ours, and those before them. */
const replaced: { readonly own: tf.KernelConfig; readonly plain: tf.KernelConfig | undefined }[] = [];
let filtersWanted = true;

/** Makes gradients through the network possible on the active backend. May be called again. */
export function registerGradients(): void {
  const backend = tf.getBackend();
  if (prepared.has(backend)) return;
  if (prepared.size === 0) {
    whenGivenBack(leave);
    tf.registerGradient({ kernelName: DEPTH_TO_SPACE, gradFunc: depthToSpaceGradient });
  }
  prepared.add(backend);
  if (backend === WASM) replaceKernels(backend, WASM_KERNELS);
  if (backend === TENSORFLOW_BACKEND) replaceKernels(backend, NATIVE_KERNELS);
  if (backend === WASM) useFirstMaximum();
}

/**
 * Calls `f` with the gradients of convolutions' filters left out: tfjs computes them with every gradient, asked for or
 * not, and they take as long as the others.
 */
export function withoutFilterGradients<T>(f: () => T): T {
  const before = filtersWanted;
  filtersWanted = false;
  try {
    return f();
  } finally {
    filtersWanted = before;
  }
}

/** @param own the backend's kernel; wasm has none for filters. */
type Replacement = (args: BackpropArgs, own: BackpropKernel) => tf.Tensor;
type Replacements = Readonly<Record<typeof INPUT_KERNEL | typeof FILTER_KERNEL, Replacement>>;

const WASM_KERNELS: Replacements = {
  [INPUT_KERNEL]: (args, own) => (isSquare(args) ? inputGradient(args) : own(args)),
  [FILTER_KERNEL]: (args) => filterGradient(args),
};
const NATIVE_KERNELS: Replacements = {
  [INPUT_KERNEL]: (args, own) => (isExplicit(args) ? paddedInput(args, own) : own(args)),
  [FILTER_KERNEL]: (args, own) => (isExplicit(args) ? paddedFilter(args, own) : own(args)),
};

function replaceKernels(backendName: string, replacements: Replacements): void {
  for (const [kernelName, replacement] of Object.entries(replacements)) {
    const plain = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
    const own = plain?.kernelFunc as unknown as BackpropKernel;
    const kernelFunc = (args: BackpropArgs): tf.Tensor => {
      if (kernelName === FILTER_KERNEL && !filtersWanted) return tf.zeros(args.attrs.filterShape);
      return tf.tidy(() => replacement(args, own));
    };
    replaceKernel({ kernelName, backendName, kernelFunc: kernelFunc as unknown as tf.KernelFunc });
  }
}

function replaceKernel(own: tf.KernelConfig): void {
  const { kernelName, backendName } = own;
  const plain = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (plain) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(own);
  replaced.push({ own, plain });
}

/** All is as it was, other than what somebody has registered since. */
function leave(): void {
  prepared.clear();
  for (const { own, plain } of replaced.splice(0)) {
    if (tf.getKernel(own.kernelName, own.backendName) !== own) continue;
    tf.unregisterKernel(own.kernelName, own.backendName);
    if (plain) tf.registerKernel(plain);
  }
  const gradient = tf.getGradient(DEPTH_TO_SPACE) as tf.GradConfig | undefined;
  if (gradient?.gradFunc === depthToSpaceGradient) tf.unregisterGradient(DEPTH_TO_SPACE);
}

const isExplicit = ({ attrs }: BackpropArgs): boolean => typeof attrs.pad !== 'string';
const isSquare = ({ attrs: { strides } }: BackpropArgs): boolean =>
  typeof strides === 'number' || strides[0] === strides[1];

function geometryOf(inputShape: Size4D, filterShape: Size4D, { strides, pad }: BackpropArgs['attrs']): Geometry {
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides as number,
    1,
    pad as 'same',
    typeof pad === 'string' ? undefined : 'floor',
  );
  const { top, bottom, left, right } = info.padInfo;
  return { stride: info.strideHeight, top, bottom, left, right };
}

/**
 * The gradient of a convolution's input by a convolution: that of the output's, its cells `stride` apart, with the filter
 * turned by half a turn. So it runs on the backend's fast kernel.
 */
function inputGradient({ inputs: { dy, filter }, attrs }: BackpropArgs): tf.Tensor {
  const [, height, width, channels] = attrs.inputShape;
  const [kernelHeight, kernelWidth] = filter.shape;
  const { stride, top, left } = geometryOf(attrs.inputShape, filter.shape, attrs);
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const [before, beside] = [kernelHeight - 1 - top, kernelWidth - 1 - left];
  const [seenRows, seenColumns] = [height + kernelHeight - 1 - before, width + kernelWidth - 1 - beside];
  const spread = stride === 1 ? dy : spreadOut(dy, stride, seenRows, seenColumns);
  const bias = tf.zeros<tf.Rank.R1>([channels]);
  const [rows, columns] = [spread.shape[1], spread.shape[2]];
  const isSame = (size: number, cells: number, kernel: number, before: number): boolean =>
    size === cells && kernel % 2 === 1 && before === (kernel - 1) / 2;
  if (isSame(height, rows, kernelHeight, top) && isSame(width, columns, kernelWidth, left)) {
    return tf.fused.conv2d({ x: spread, filter: turned, strides: 1, pad: 'same', bias });
  }
  const padded = tf.pad(spread, [
    [0, 0],
    [before, seenRows - rows],
    [beside, seenColumns - columns],
    [0, 0],
  ]);
  return tf.fused.conv2d({ x: padded, filter: turned, strides: 1, pad: 'valid', bias });
}

/** [B,H,W,C] -> [B,H·stride,W·stride,C], zeros between the cells, cut to at most so many rows and columns. */
function spreadOut(x: tf.Tensor4D, stride: number, mostRows: number, mostColumns: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cells = tf.reshape(x, [batch * height, 1, width, channels]);
  const wide = tf.pad(cells, [[0, 0], [0, 0], [0, 0], [0, (stride - 1) * channels]]); // prettier-ignore
  const rows = tf.reshape(wide, [batch * height, 1, width * stride * channels]);
  const all = tf.pad(rows, [[0, 0], [0, stride - 1], [0, 0]]); // prettier-ignore
  const [spreadRows, spreadColumns] = [height * stride, width * stride];
  const spread: tf.Tensor4D = tf.reshape(all, [batch, spreadRows, spreadColumns, channels]);
  const size: Size4D = [batch, Math.min(spreadRows, mostRows), Math.min(spreadColumns, mostColumns), channels];
  return tf.slice(spread, [0, 0, 0, 0], size);
}

/** The gradient of a convolution's filter: of each of its cells a product of two matrices. */
function filterGradient({ inputs: { x, dy }, attrs }: BackpropArgs): tf.Tensor {
  const { filterShape } = attrs;
  const [kernelHeight, kernelWidth, inputs, outputs] = filterShape;
  const { stride, top, bottom, left, right } = geometryOf(x.shape, filterShape, attrs);
  const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
  const [batch, height, width] = dy.shape;
  const flat = tf.reshape(dy, [-1, outputs]);
  const cells: tf.Tensor[] = [];
  for (let row = 0; row < kernelHeight; row++) {
    for (let column = 0; column < kernelWidth; column++) {
      const end = [batch, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1, inputs];
      const seen = tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
      cells.push(tf.matMul(tf.reshape(seen, [-1, inputs]), flat, true));
    }
  }
  return tf.reshape(tf.stack(cells), filterShape);
}

/** TensorFlow's own kernel knows no explicit padding: the input is padded, and the border cut off again. */
function paddedInput({ inputs, attrs, backend }: BackpropArgs, own: BackpropKernel): tf.Tensor {
  const [batch, height, width, channels] = attrs.inputShape;
  const { top, bottom, left, right } = geometryOf(attrs.inputShape, inputs.filter.shape, attrs);
  const inputShape: Size4D = [batch, height + top + bottom, width + left + right, channels];
  const whole = own({ inputs, attrs: { ...attrs, inputShape, pad: 'valid' }, backend });
  return tf.slice(whole, [0, top, left, 0], [batch, height, width, channels]);
}

function paddedFilter({ inputs, attrs, backend }: BackpropArgs, own: BackpropKernel): tf.Tensor {
  const { top, bottom, left, right } = geometryOf(inputs.x.shape, attrs.filterShape, attrs);
  const x = tf.pad(inputs.x, [[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
  return own({ inputs: { ...inputs, x }, attrs: { ...attrs, pad: 'valid' }, backend });
}

/** Each cell's values go back to where they were dealt from. */
const depthToSpaceGradient: tf.GradFunc = (dy, _saved, attrs) => {
  const block = Number(attrs.blockSize);
  return {
    x: () =>
      tf.tidy(() => {
        const [batch, height, width, channels] = (dy as tf.Tensor4D).shape;
        const [rows, columns] = [height / block, width / block];
        const cells = tf.reshape(dy as tf.Tensor4D, [batch, rows, block, columns, block, channels]);
        const together = tf.transpose(cells, [0, 1, 3, 2, 4, 5]);
        return tf.reshape(together, [batch, rows, columns, block * block * channels]);
      }),
  };
};

/** What tfjs calls the kernel with. */
interface PoolArgs {
  readonly inputs: { readonly dy: tf.Tensor4D; readonly input: tf.Tensor4D };
  readonly attrs: { readonly filterSize: number; readonly strides: number; readonly pad: 'same' | 'valid' };
}

/** Among equal maxima tfjs' wasm kernel takes the last, PyTorch and TensorFlow the first: so does this one. */
function useFirstMaximum(): void {
  const kernelName = 'MaxPoolGrad';
  replaceKernel({ kernelName, backendName: WASM, kernelFunc: maxPoolGradient as unknown as tf.KernelFunc });
}

function maxPoolGradient({ inputs: { dy, input }, attrs }: PoolArgs): tf.Tensor {
  const { filterSize, strides, pad } = attrs;
  const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad);
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels } = info;
  const [x, given] = [input.dataSync(), dy.dataSync()];
  const found = new Float32Array(x.length);
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * info.strideHeight - info.padInfo.top;
      const rows = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)] as const;
      for (let column = 0; column < outWidth; column++) {
        const left = column * info.strideWidth - info.padInfo.left;
        const columns = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)] as const;
        for (let channel = 0; channel < inChannels; channel++) {
          let best = -1;
          for (let y = rows[0]; y < rows[1]; y++) {
            for (let xx = columns[0]; xx < columns[1]; xx++) {
              const cell = ((image * inHeight + y) * inWidth + xx) * inChannels + channel;
              if (best < 0 || x[cell] > x[best]) best = cell;
            }
          }
          found[best] += given[at++];
        }
      }
    }
  }
  return tf.tensor(found, input.shape);
}
