/** The encoders of text prompts in the worker, as results on the caller's side use them. */
import { FastSAMError } from '../errors.js';
import { ENCODERS_GONE } from '../model/lazyTextModel.js';
import type { ProgressEvent } from '../progress.js';
import type { TextImageModel, TextModelOptions, TextModelSource } from '../prompt/textModel.js';
import type { Asked, AskOptions, Connection } from './connection.js';
import type { Answers } from './protocol.js';

/** Loads the encoders in the worker at their first use; crops are made here, features there. */
export class WorkerTextModel implements TextModelSource {
  readonly #connection: Connection;
  /** One for all calls: features are remembered by it, and a new worker's are the same. */
  #model: TextImageModel | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** See `TextModelSource`. */
  async use<T>(work: (model: TextImageModel) => Promise<T>, options: TextModelOptions = {}): Promise<T> {
    this.#model ??= await this.#open(options);
    return work(this.#model);
  }

  async #open({ signal, onProgress }: TextModelOptions): Promise<TextImageModel> {
    const hear: AskOptions['onProgress'] = (event) => onProgress?.(event as ProgressEvent); // nothing else is told
    return {
      ...(await this.#ask({ op: 'encoders' }, { signal, onProgress: hear })),
      encodeImages: (pixels, options) => this.#ask({ op: 'encodeImages', pixels }, { signal: options?.signal }),
      encodeTokens: (tokens, options) => this.#ask({ op: 'encodeTokens', tokens }, { signal: options?.signal }),
    };
  }

  async #ask<O extends 'encoders' | 'encodeImages' | 'encodeTokens'>(
    question: Extract<Asked, { op: O }>,
    options: AskOptions,
  ): Promise<Answers[O]> {
    try {
      return await this.#connection.ask<O>(question, options);
    } catch (error) {
      if (!(error instanceof FastSAMError) || error.code !== 'DISPOSED') throw error;
      throw new FastSAMError('DISPOSED', ENCODERS_GONE);
    }
  }
}
