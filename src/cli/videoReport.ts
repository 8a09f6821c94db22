/** What `segment` writes for a video: the drawn video, lines of JSON, and a folder of each other format. */
import { join } from 'node:path';
import type { Results } from '../results/results.js';
import { createVideo } from '../source/createVideo.js';
import type { Frame, VideoInfo, VideoSink } from '../source/types.js';
import { makeFolder } from './files.js';
import { pathFor, writeFormats, type Format } from './formats.js';
import { say } from './run.js';
import { StagedText } from './stagedText.js';

/** Where a video's file or folder of a format goes. */
export function videoPathFor(format: Format, folder: string, stem: string): string {
  switch (format) {
    case 'png':
      return join(folder, `${stem}.mp4`);
    case 'json':
      return join(folder, `${stem}.jsonl`);
    case 'yolo':
      return join(folder, `${stem}-labels`);
    case 'cutout':
    case 'coco':
      return pathFor(format, folder, stem);
  }
}

/** A frame's number in the names of its files, such that they sort. */
export function frameName({ index }: Frame): string {
  return String(index).padStart(6, '0');
}

/** The files of one video. They appear under their names when it is finished. */
export class VideoReport {
  #sink: VideoSink | undefined;
  #lines: StagedText | undefined;
  #frames = 0;
  readonly #began = performance.now();

  constructor(
    /** Number of the source. */
    readonly source: number,
    private readonly info: VideoInfo,
    private readonly target:
      { readonly out: string; readonly formats: readonly Format[]; readonly stem: string } | undefined,
    private readonly stride: number,
  ) {}

  /** A video of no known length: a camera. Interrupting it is the way to end it. */
  get live(): boolean {
    return this.info.duration === undefined;
  }

  /** Frames that were written. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames to come in all; undefined if not known. */
  get total(): number | undefined {
    return this.info.frames === undefined ? undefined : Math.ceil(this.info.frames / this.stride);
  }

  /** Frames a second so far. */
  get rate(): number {
    return (1000 * this.#frames) / (performance.now() - this.#began);
  }

  async add(results: Results, frame: Frame): Promise<void> {
    this.#frames++;
    if (!this.target) return;
    const { out, formats, stem } = this.target;
    for (const format of formats) {
      const path = videoPathFor(format, out, stem);
      if (format === 'png') await this.#draw(results, path);
      else if (format === 'json') await this.#writeLine(`${JSON.stringify(results)}\n`, path);
      else if (format !== 'coco') {
        await makeFolder(path);
        await writeFormats(results, path, frameName(frame), [format]);
      }
    }
  }

  /** @returns what was written. */
  async finish(): Promise<string[]> {
    await this.#sink?.finish();
    await this.#lines?.finish();
    const { out = '', formats = [], stem = '' } = this.target ?? {};
    return formats.filter((format) => format !== 'coco').map((format) => videoPathFor(format, out, stem));
  }

  async discard(): Promise<void> {
    await this.#sink?.discard();
    await this.#lines?.discard();
  }

  async #draw(results: Results, path: string): Promise<void> {
    const drawn = results.plot();
    if (!this.#sink) {
      const { width, height } = drawn;
      this.#sink = await createVideo(path, { width, height, fps: this.info.fps / this.stride });
      if (this.#sink.note !== undefined) say(this.#sink.note);
    }
    await this.#sink.write(drawn);
  }

  async #writeLine(line: string, path: string): Promise<void> {
    this.#lines ??= new StagedText(path);
    await this.#lines.write(line);
  }
}
