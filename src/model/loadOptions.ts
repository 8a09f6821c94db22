/** The options of `FastSAM.load`: one row each. */
import type { OnProgress } from '../progress.js';
import { callback, custom, flag, number, oneOf, signal } from '../options/kinds.js';
import { PRECISION, START_TIMEOUT, TEXT_MODEL } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { Resolved, RowsOf } from '../options/row.js';
import { isByteSource, type ByteSource } from '../platform/byteSource.js';
import { isTextImageModel, type TextImageModel } from '../prompt/textModel.js';
import { GRAPH_WEIGHTS, PRECISION_CHOICES, type GraphWeights, type Precision } from '../runtime/choices.js';
import { WASM_BINARIES, type WasmPaths } from '../runtime/choices.js';
import { DEVICE_CHOICES, type DeviceChoice } from '../runtime/choices.js';
import { ALLOW_SHA256, type Sha256List } from '../weights/accepted.js';

/** Options of `FastSAM.load`. */
export interface LoadOptions {
  /**
   * Where to run: a device by its name, `gpu` or `cpu` for the fastest of that kind (`ModelInfo.deviceNote` says where that
   * is not the first), or `auto` (default), the fastest of all. A process has one device at a time.
   */
  device?: DeviceChoice;
  /**
   * Longest wait for a device to start, in seconds; then the next one is taken, and `ModelInfo.deviceNote` says so. Default 30.
   */
  startTimeout?: number;
  /** Number format of the network, see `DetectorOptions`. Default `fp32`. */
  precision?: Precision | 'auto';
  /** Run the network as one compiled graph where the device can. Default true. */
  compile?: boolean;
  /** Where a compiled graph has the weights, see `DetectorOptions`. Default `embedded`. */
  graphWeights?: GraphWeights;
  /** Keep batch norm as layers of their own instead of folding it into the convolutions. Default false. */
  keepBatchNorm?: boolean;
  /**
   * The encoders of text prompts: what `Clip.load` takes, then loaded at the first `Results.promptText` and freed with this
   * model, or encoders that are loaded, then left to you. Default `ViT-B/32` (354 MB download).
   */
  textModel?: string | URL | ByteSource | TextImageModel;
  /**
   * SHA-256s of copies to take for a model of the catalogue, or for its encoders, beside those that are known. A copy with
   * another one is refused, and the message says which it has.
   */
  allowSha256?: Sha256List;
  /**
   * Where the weights that have a name lie: the URL of a folder with `FastSAM-s.pt`, `demo.safetensors`, … Default: where
   * they are published, and the package for what it ships.
   */
  weightsUrl?: string;
  /**
   * Where the three binaries of tfjs' WASM backend lie: the URL of a folder, or a URL for each file name. Default: where the
   * package has them. Only the first model on `wasm` starts the backend.
   */
  wasmPaths?: WasmPaths;
  /** Receives the progress of the download, and hears when the network is built. */
  onProgress?: OnProgress;
  /** Cancels the download. */
  signal?: AbortSignal;
}

const isAddress = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Every option of `load`. */
export const LOAD_OPTIONS = {
  device: oneOf(DEVICE_CHOICES, {
    text: 'where to run; `fastsam info` says what is present',
    default: 'auto',
    cli: { value: '<device>' },
  }),
  startTimeout: number(0.001, 86_400, {
    text: 'longest wait for a device to start, in seconds; then the next one is taken',
    default: START_TIMEOUT,
  }),
  precision: oneOf(PRECISION_CHOICES, {
    text: 'numbers of the network; auto: the fastest here',
    default: PRECISION,
    cli: { value: '<format>' },
  }),
  compile: flag({ text: 'run the network as one compiled graph where the device can', default: true }),
  graphWeights: oneOf(GRAPH_WEIGHTS, { text: 'where a compiled graph has the weights', default: 'embedded' }),
  keepBatchNorm: flag({
    text: 'keep batch norm as layers instead of folding it into the convolutions',
    default: false,
    cli: {},
  }),
  textModel: custom<NonNullable<LoadOptions['textModel']>>(
    'a name, path, URL, bytes or encoders',
    (value) => typeof value === 'string' || value instanceof URL || isByteSource(value) || isTextImageModel(value),
    {
      text: 'encoders of text prompts: what Clip.load takes, or encoders that are loaded',
      otherwise: TEXT_MODEL,
    },
  ),
  allowSha256: ALLOW_SHA256,
  weightsUrl: custom<string>('a URL', isAddress, {
    text: 'URL of a folder with the weights that have a name',
    otherwise: 'where they are published, and the package',
  }),
  wasmPaths: custom<WasmPaths>(
    `a URL of a folder, or a URL for each of ${WASM_BINARIES.join(', ')}`,
    (value) => isAddress(value) || (isRecord(value) && WASM_BINARIES.every((name) => isAddress(value[name]))),
    { text: "where the binaries of tfjs' WASM backend lie", otherwise: 'in the package' },
  ),
  onProgress: callback<OnProgress>({
    text: 'receives the progress of the download, and hears when the network is built',
  }),
  signal: signal('cancels the download'),
} satisfies RowsOf<LoadOptions>;

/** `LoadOptions` with every default filled in. */
export type ResolvedLoadOptions = Resolved<typeof LOAD_OPTIONS>;

/**
 * Checks what can be checked before a download, and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT`.
 */
export function resolveLoadOptions(options: LoadOptions): ResolvedLoadOptions {
  return resolve(LOAD_OPTIONS, options);
}
