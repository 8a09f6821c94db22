/** A video of drawn frames that appears when it is finished. */
import type { RgbImage } from '../image/rgbImage.js';
import { createVideo } from '../source/createVideo.js';
import type { VideoSink } from '../source/types.js';
import { log } from './run.js';

/** A file on its way; it begins with the first frame, which gives it its size. */
export class DrawnVideo {
  readonly #path: string;
  readonly #fps: number;
  #sink: VideoSink | undefined;

  constructor(path: string, fps: number) {
    this.#path = path;
    this.#fps = fps;
  }

  /** Takes the next frame. @throws FastSAMError what `createVideo` and its sink throw. */
  async write(frame: RgbImage): Promise<void> {
    if (!this.#sink) {
      const { width, height } = frame;
      this.#sink = await createVideo(this.#path, { width, height, fps: this.#fps });
      if (this.#sink.note !== undefined) log(this.#sink.note);
    }
    await this.#sink.write(frame);
  }

  /** Moves the file to its name; without a frame there is none. */
  async finish(): Promise<void> {
    await this.#sink?.finish();
  }

  /** Leaves nothing behind; may be called after `finish`. */
  async discard(): Promise<void> {
    await this.#sink?.discard();
  }
}
