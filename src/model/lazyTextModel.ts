/** Text encoders that are loaded when they are first needed. */
import type { Clip, ClipOptions } from '../clip/clip.js';
import { throwIfAborted } from '../errors.js';
import { TEXT_MODEL } from '../options/limits.js';
import {
  isTextImageModel,
  type TextImageModel,
  type TextModelOptions,
  type TextModelSource,
} from '../prompt/textModel.js';
import type { ByteSource } from '../platform/byteSource.js';
import { Lifetime } from '../runtime/lifetime.js';
import type { LoadOptions } from './loadOptions.js';

/** Encoders that somebody has to dispose of. */
type OwnedModel = TextImageModel & { dispose(): void };

/** For text prompts that come too late. */
export const ENCODERS_GONE =
  'text prompt: the model that made these results was disposed, and its encoders with it; prompt before, or give ' +
  "{ clip: await Clip.load('ViT-B/32') }";

/** Loads encoders at the first use; `dispose` frees what was loaded, once nobody uses it any more. */
export class LazyTextModel implements TextModelSource {
  #owned: OwnedModel | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #source: string | URL | ByteSource | TextImageModel;
  readonly #load: (source: string | URL | ByteSource, options: TextModelOptions) => Promise<OwnedModel>;
  readonly #lifetime = new Lifetime(() => this.#owned?.dispose(), ENCODERS_GONE);

  /**
   * @param source what `load` takes, or encoders that are loaded: those stay the caller's.
   * @param load makes encoders of any other source.
   */
  constructor(
    source: string | URL | ByteSource | TextImageModel,
    load: (source: string | URL | ByteSource, options: TextModelOptions) => Promise<OwnedModel>,
  ) {
    this.#source = source;
    this.#load = load;
  }

  /** See `TextModelSource`. A load that fails, or is cancelled by one of several callers, is tried again by the next. */
  async use<T>(work: (model: TextImageModel) => Promise<T>, options: TextModelOptions = {}): Promise<T> {
    const source = this.#source;
    if (isTextImageModel(source)) return work(source);
    return this.#lifetime.use(async () => work(await this.#loaded(source, options)));
  }

  /**
   * Frees the encoders that were loaded. Later uses throw `DISPOSED`, other than of encoders that were handed in; those
   * under way come to their end.
   */
  dispose(): void {
    this.#lifetime.end();
  }

  /** Calls wait for each other, so that the encoders are loaded once. */
  #loaded(source: string | URL | ByteSource, options: TextModelOptions): Promise<TextImageModel> {
    const turn = this.#turn.then(async () => {
      this.#lifetime.requireAlive();
      throwIfAborted(options.signal);
      this.#owned ??= await this.#load(source, options);
      return this.#owned;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** The encoders of a model that is loaded with these options. */
export function textModelFor({ textModel, precision, graphWeights, allowSha256 }: TextModelSettings): LazyTextModel {
  return new LazyTextModel(textModel ?? TEXT_MODEL, (name, given) =>
    loadClip(name, { ...given, precision, graphWeights, ...(allowSha256 !== undefined && { allowSha256 }) }),
  );
}

type TextModelSettings = {
  readonly [K in 'textModel' | 'precision' | 'graphWeights' | 'allowSha256']?: LoadOptions[K] | undefined;
};

/** `Clip.load`; brings the code of the encoders, too, only when it is needed. */
export async function loadClip(source: string | URL | ByteSource, options: ClipOptions): Promise<Clip> {
  const { Clip } = await import('../clip/clip.js');
  return Clip.load(source, options);
}
