/** What `segment` writes for a video: the drawn video, lines of JSON, and a folder of each other format. */
import { join } from 'node:path';
import type { Results } from '../results/results.js';
import type { Frame, VideoInfo } from '../source/types.js';
import { DrawnVideo } from './drawnVideo.js';
import { makeFolder } from './files.js';
import { pathFor, writeFormats, type Format } from './formats.js';
import { StagedText } from './stagedText.js';
import { framesToCome, type FrameChoice } from './framesToCome.js';

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
  #video: DrawnVideo | undefined;
  #lines: StagedText | undefined;
  #frames = 0;
  readonly #began = performance.now();

  constructor(
    /** Number of the source. */
    readonly source: number,
    private readonly info: VideoInfo,
    private readonly target:
      { readonly out: string; readonly formats: readonly Format[]; readonly stem: string } | undefined,
    /** Which of its frames come. */
    private readonly taken: FrameChoice,
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
    return framesToCome(this.info, this.taken);
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
    await this.#video?.finish();
    await this.#lines?.finish();
    const { out = '', formats = [], stem = '' } = this.target ?? {};
    return formats.filter((format) => format !== 'coco').map((format) => videoPathFor(format, out, stem));
  }

  async discard(): Promise<void> {
    await this.#video?.discard();
    await this.#lines?.discard();
  }

  async #draw(results: Results, path: string): Promise<void> {
    this.#video ??= new DrawnVideo(path, this.info.fps / (this.taken.stride ?? 1));
    await this.#video.write(results.plot());
  }

  async #writeLine(line: string, path: string): Promise<void> {
    this.#lines ??= new StagedText(path);
    await this.#lines.write(line);
  }
}
