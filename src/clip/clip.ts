/** CLIP: images and texts as vectors whose cosine measures how well they fit each other. */
import type { ByteSource } from '../platform/byteSource.js';
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { callback, integer, oneOf, signal } from '../options/kinds.js';
import { PRECISION } from '../options/limits.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { OnProgress } from '../progress.js';
import { GRAPH_WEIGHTS, PRECISION_CHOICES, type GraphWeights, type Precision } from '../runtime/choices.js';
import { acquireDevice, releaseDevice } from '../runtime/device.js';
import type { Device } from '../runtime/choices.js';
import { Lifetime } from '../runtime/lifetime.js';
import { onDevice } from '../runtime/onDevice.js';
import { nextTurn } from '../platform/nextTurn.js';
import { ACTIVATIONS, patchCount, scaleOf, type ClipActivation, type ClipConfig } from './weights/config.js';
import { evenParts, normaliseRows, partsByRows } from './encoders/batches.js';
import { toPatches, type Features, type ImageInputs } from './encoders/imageEncoder.js';
import { encoderPrecision, type EncoderRunner } from './encoders/runner.js';
import { packTexts } from './encoders/textEncoder.js';
import { createImageRunner, createTextRunner, type TextRunner } from './encoders/towers.js';
import { ALLOW_SHA256, type Sha256List } from '../weights/accepted.js';
import { openClip } from './weights/openClip.js';
import { requireInstance, requireList } from '../options/requireKind.js';
import { plural } from '../options/showValue.js';

const heads = (about: string) => integer(1, 1024, { text: about, otherwise: 'one for each 64 channels' });

/** Options of `Clip.load`. */
export interface ClipOptions {
  /** Number format of the encoders on TensorFlow's library: see `LoadOptions.precision`. Default `fp32`. */
  precision?: Precision | 'auto';
  /**
   * Where compiled graphs have the weights: `external` (default), beside the graph, or `embedded`, inside, which takes four
   * times the memory while loading and is no faster on a CPU. On a GPU always `embedded`.
   */
  graphWeights?: GraphWeights;
  /**
   * Activation of the weights. OpenAI's have `quick_gelu`, most of OpenCLIP's `gelu`. Default: from the file's naming,
   * number formats and name.
   */
  activation?: ClipActivation;
  /** Attention heads, for models whose heads are not 64 wide. */
  visionHeads?: number;
  textHeads?: number;
  /** SHA-256s of copies to take for a model of the catalogue, beside those that are known: see `LoadOptions`. */
  allowSha256?: Sha256List;
  /** Receives the progress of a download. */
  onProgress?: OnProgress;
  /** Cancels the download. */
  signal?: AbortSignal;
}

/** Every option of `Clip.load`. */
export const CLIP_OPTIONS = {
  precision: oneOf(PRECISION_CHOICES, { text: 'number format of the encoders', default: PRECISION }),
  graphWeights: oneOf(GRAPH_WEIGHTS, { text: 'where compiled graphs have the weights', default: 'external' }),
  activation: oneOf(ACTIVATIONS, { text: 'activation of the weights', otherwise: 'told by the file' }),
  visionHeads: heads('attention heads of the image encoder'),
  textHeads: heads('attention heads of the text encoder'),
  allowSha256: ALLOW_SHA256,
  onProgress: callback<OnProgress>({ text: 'receives the progress of a download' }),
  signal: signal('cancels the download'),
} satisfies RowsOf<ClipOptions>;

/** Options of the encoders. */
export interface EncodeOptions {
  /** Cancels the work at its next batch. */
  readonly signal?: AbortSignal | undefined;
}

const ENCODE_OPTIONS = { signal: signal('cancels the work at its next batch') } satisfies RowsOf<EncodeOptions>;

/** Most rows of tokens or patches in one run of an encoder. This bounds memory. */
const ROWS_AT_ONCE = 1600;
const TEXT_ROWS_AT_ONCE = 320;

/**
 * A loaded CLIP model with two transformers. Features are unit vectors; their dot product is the cosine of image and
 * text.
 *
 * @example
 * const clip = await Clip.load('ViT-B/32');
 * const features = await clip.encodeImages([preprocessed]);
 * clip.dispose();
 */
export class Clip {
  readonly #images: EncoderRunner<ImageInputs>;
  readonly #texts: TextRunner;
  readonly #lifetime: Lifetime;

  private constructor(
    readonly config: ClipConfig,
    /** What the encoders run on. */
    readonly device: Device,
    /** What they compute in. */
    readonly precision: Precision,
    /** Factor on cosines before a softmax; 100 in OpenAI's models. */
    readonly logitScale: number,
    images: EncoderRunner<ImageInputs>,
    texts: TextRunner,
  ) {
    this.#images = images;
    this.#texts = texts;
    const free = () => {
      images.dispose();
      texts.dispose();
    };
    this.#lifetime = new Lifetime(() => {
      releaseDevice(free);
    }, 'CLIP model: it was disposed; load it again');
  }

  /**
   * Loads a model onto the device that loaded models use, else onto the fastest.
   * @param source `ViT-B/32`, `ViT-B/16`, `ViT-L/14`, `ViT-L/14@336px` (OpenAI's, downloaded when needed), or path, URL
   *   or bytes of a file by OpenAI (TorchScript), Hugging Face (safetensors, `pytorch_model.bin`) or OpenCLIP.
   * @throws FastSAMError `UNKNOWN_NAME`, `FILE_UNREADABLE`, `DOWNLOAD_FAILED`, `DOWNLOAD_CORRUPT`,
   *   `INVALID_CHECKPOINT`, `UNSUPPORTED_CHECKPOINT` (ResNets and other encoders), `CHECKPOINT_MISMATCH`,
   *   `DEVICE_UNAVAILABLE`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  static async load(source: string | URL | ByteSource, options: ClipOptions = {}): Promise<Clip> {
    const { precision: choice, graphWeights } = resolve(CLIP_OPTIONS, options);
    const weights = await openClip(source, options);
    throwIfAborted(options.signal);
    const { device } = await acquireDevice('auto');
    const made: { dispose(): void }[] = [];
    try {
      const precision = await encoderPrecision(device, choice);
      const weightsAt = device === 'native-gpu' ? 'embedded' : graphWeights;
      const running = { precision, weights: weightsAt, signal: options.signal };
      const images = await createImageRunner(weights, running);
      made.push(images);
      const texts = await createTextRunner(weights, running);
      made.push(texts);
      const scale = scaleOf(weights.tensors);
      throwIfAborted(options.signal);
      return new Clip(weights.config, device, precision, scale, images, texts);
    } catch (error) {
      releaseDevice(() => {
        for (const runner of made) runner.dispose();
      });
      throw error;
    }
  }

  /**
   * Features of images, in batches of bounded size.
   * @param pixels preprocessed images of `imageSize * imageSize * 3` bytes, RGB.
   * @returns `n * embedDim` numbers, each image's vector of length 1.
   * @throws FastSAMError `INVALID_ARGUMENT` for an image of another size, `ABORTED`, `DISPOSED`.
   */
  async encodeImages(pixels: readonly Uint8Array[], options: EncodeOptions = {}): Promise<Float32Array> {
    const { signal } = resolve(ENCODE_OPTIONS, options);
    requireList('CLIP, images', pixels);
    for (const image of pixels) this.#checkPixels(image);
    const step = Math.max(1, Math.floor(ROWS_AT_ONCE / (patchCount(this.config) + 1)));
    return this.#encode(evenParts(pixels, step), signal, (part) => {
      const patches = toPatches(part, this.config);
      try {
        return this.#images.run({ patches });
      } finally {
        patches.dispose();
      }
    });
  }

  /**
   * Features of texts, several at once.
   * @param tokens `contextLength` tokens a text, ending at the first of the highest ones.
   * @returns `n * embedDim` numbers, each text's vector of length 1.
   * @throws FastSAMError `INVALID_ARGUMENT` for another number of tokens or unknown ones, `ABORTED`, `DISPOSED`.
   */
  async encodeTokens(tokens: readonly Int32Array[], options: EncodeOptions = {}): Promise<Float32Array> {
    const { signal } = resolve(ENCODE_OPTIONS, options);
    requireList('CLIP, texts', tokens);
    for (const text of tokens) this.#checkTokens(text);
    return this.#encode(partsByRows(tokens, TEXT_ROWS_AT_ONCE), signal, (part) => this.#texts.run(packTexts(part)));
  }

  /** Frees the weights. Further calls throw `DISPOSED`, and those under way do at their next batch. */
  dispose(): void {
    this.#lifetime.end();
  }

  /** `dispose` at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.#lifetime.end();
  }

  /** As `dispose`, and waits until the weights are freed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime.endAndWait();
  }

  async #encode<T>(
    parts: readonly (readonly T[])[],
    signal: AbortSignal | undefined,
    run: (part: readonly T[]) => Features,
  ): Promise<Float32Array> {
    return this.#lifetime.use(async () => {
      const { embedDim } = this.config;
      const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0) * embedDim);
      let at = 0;
      for (const part of parts) {
        throwIfAborted(signal);
        const { features } = onDevice(() => run(part));
        try {
          all.set(await onDevice(() => features.data<'float32'>()), at);
        } finally {
          features.dispose();
        }
        at += part.length * embedDim;
        await nextTurn();
        this.#lifetime.requireAlive();
      }
      throwIfAborted(signal);
      normaliseRows(all, embedDim);
      return all;
    });
  }

  #checkPixels(image: Uint8Array): void {
    requireInstance('CLIP, image', image, Uint8Array, 'bytes as a Uint8Array');
    const { imageSize } = this.config;
    const size = imageSize * imageSize * 3;
    if (image.length === size) return;
    throw invalid(`image: got ${image.length} bytes, expected ${size} (${imageSize} x ${imageSize} RGB)`);
  }

  #checkTokens(text: Int32Array): void {
    requireInstance('CLIP, text', text, Int32Array, 'tokens as an Int32Array');
    const { contextLength, vocabSize } = this.config;
    if (text.length !== contextLength) {
      throw invalid(
        `text: got ${plural(text.length, 'token')}, expected ${contextLength}; pad with zeros after the end token`,
      );
    }
    const unknown = text.find((token) => token < 0 || token >= vocabSize);
    if (unknown !== undefined) throw invalid(`text: got the token ${unknown}, expected 0 to ${vocabSize - 1}`);
  }
}

const invalid = (message: string): FastSAMError => invalidArgument(`CLIP, ${message}`);
