/** Images and frames of a list of sources, one after another: a video is opened when its turn comes. */
import type { StreamInput } from '../model/stream.js';
import { openVideo } from '../source/openVideo.js';
import type { VideoOptions } from '../source/videoOptions.js';
import type { Frame, VideoInfo } from '../source/types.js';
import type { Source } from './source.js';

/** Where an input of the stream came from. */
export interface Origin {
  readonly source: number;
  /** For videos. */
  readonly frame?: { readonly frame: Frame; readonly info: VideoInfo };
}

/** What goes wrong with a video, beside its frames. */
export interface VideoTrouble {
  /** A video that cannot be opened, or not be read to its end. May throw to end everything. */
  error(source: number, error: unknown): void;
  /** A video that was read, with losses. */
  warn(source: number, line: string): void;
}

/** Feeds a stream, and remembers in which order what went in. */
export class SourceInputs {
  readonly #sources: readonly Source[];
  readonly #options: VideoOptions;
  readonly #trouble: VideoTrouble;
  readonly #origins: Origin[] = [];

  constructor(sources: readonly Source[], options: VideoOptions, trouble: VideoTrouble) {
    this.#sources = sources;
    this.#options = options;
    this.#trouble = trouble;
  }

  /** Where the next item that comes out of the stream came from. */
  takeOrigin(): Origin {
    const origin = this.#origins.shift();
    if (!origin) throw new Error('stream: gave more than it got');
    return origin;
  }

  async *inputs(): AsyncGenerator<StreamInput, void> {
    for (const [index, source] of this.#sources.entries()) {
      if (source.video && typeof source.input === 'string') yield* this.#frames(index, source.input, source.temporary);
      else {
        this.#origins.push({ source: index });
        yield source.input;
      }
    }
  }

  async *#frames(source: number, name: string, temporary = false): AsyncGenerator<StreamInput, void> {
    try {
      const video = await openVideo(name, this.#options);
      for await (const frame of video) {
        this.#origins.push({ source, frame: { frame, info: video.info } });
        yield temporary ? { ...frame, image: { ...frame.image, path: undefined } } : frame;
      }
      const warning = video.warnings.at(-1);
      if (warning !== undefined) this.#trouble.warn(source, warning);
    } catch (error) {
      this.#trouble.error(source, error);
    }
  }
}
