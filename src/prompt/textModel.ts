/** What text prompts need of a model that sees images and texts. */
import type { OnProgress } from '../progress.js';

/** An image and text encoder whose features can be compared: `Clip`, or one of your own. */
export interface TextImageModel {
  readonly config: {
    /** Side of the square images that `encodeImages` takes, in pixels. */
    readonly imageSize: number;
    /** Numbers in a feature. */
    readonly embedDim: number;
  };
  /** What a cosine is multiplied with before a softmax; 100 for CLIP. */
  readonly logitScale: number;
  /** Default: CLIP's own. */
  readonly tokenizer?: TextTokenizer;
  /**
   * @param pixels each `imageSize * imageSize * 3` bytes, row by row, R G B.
   * @returns float32 `n * embedDim`, each of unit length.
   */
  encodeImages(pixels: readonly Uint8Array[], options?: Cancellable): Promise<Float32Array>;
  /** Returns float32 `n * embedDim`, each of unit length. */
  encodeTokens(tokens: readonly Int32Array[], options?: Cancellable): Promise<Float32Array>;
}

/** Whether a value is encoders, and not something to load them from. */
export function isTextImageModel(value: unknown): value is TextImageModel {
  const { encodeImages, encodeTokens } = (value ?? {}) as Partial<TextImageModel>;
  return typeof encodeImages === 'function' && typeof encodeTokens === 'function';
}

/** Options of a call that may be cancelled between its batches. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** From a text to the tokens of a text encoder. */
export interface TextTokenizer {
  /**
   * @param overlong what becomes of a text with more tokens than the encoder takes: cut off, or an error.
   * @throws FastSAMError `INVALID_PROMPT` for a text without tokens, or one that is too long under `error`.
   */
  encode(text: string, overlong: 'truncate' | 'error'): Int32Array;
}

/** What a download of encoders tells and listens to. */
export interface TextModelOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where results find their encoders; they are loaded when first asked for. */
export interface TextModelSource {
  /**
   * Does work with the encoders, which stay until it is done.
   * @throws FastSAMError `DISPOSED` after the model's owner was disposed, and what loading throws.
   */
  use<T>(work: (model: TextImageModel) => Promise<T>, options?: TextModelOptions): Promise<T>;
}
