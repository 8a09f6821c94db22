/** What `segment` writes for a video: the drawn video, lines of JSON, and a folder of each other format. */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../platform/fileErrors.js';
import type { StagedFile } from '../platform/platform.js';
import { stageFile } from '../platform/tempFiles.js';
import type { Results } from '../results/results.js';
import { round } from '../results/json.js';
import { createVideo } from '../source/createVideo.js';
import type { Frame, VideoInfo, VideoSink } from '../source/types.js';
import { makeFolder } from './files.js';
import { pathFor, writeFormats, type Format } from './formats.js';
import { say } from './run.js';

const TIME_DECIMALS = 6;

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

/** A frame's line of JSON: its results, its number and its seconds. */
export function frameJson(results: Results, { index, time }: Frame): string {
  const seconds = time === undefined ? {} : { time: round(time, TIME_DECIMALS) };
  return `${JSON.stringify({ frame: index, ...seconds, ...results.toJSON() })}\n`;
}

/** A frame's number in the names of its files, such that they sort. */
export function frameName({ index }: Frame): string {
  return String(index).padStart(6, '0');
}

/** The files of one video. They appear under their names when it is finished. */
export class VideoReport {
  #sink: VideoSink | undefined;
  #lines: { readonly staged: StagedFile; readonly file: FileHandle } | undefined;
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
      else if (format === 'json') await this.#writeLine(frameJson(results, frame), path);
      else if (format !== 'coco') {
        await makeFolder(path);
        await writeFormats(results, path, frameName(frame), [format]);
      }
    }
  }

  /** @returns what was written. */
  async finish(): Promise<string[]> {
    await this.#sink?.finish();
    if (this.#lines) {
      await this.#lines.file.close();
      await this.#lines.staged.commit();
    }
    const { out = '', formats = [], stem = '' } = this.target ?? {};
    return formats.filter((format) => format !== 'coco').map((format) => videoPathFor(format, out, stem));
  }

  async discard(): Promise<void> {
    await this.#sink?.discard();
    await this.#lines?.file.close().catch(() => undefined);
    await this.#lines?.staged.discard();
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
    try {
      if (!this.#lines) {
        const staged = stageFile(path);
        this.#lines = { staged, file: await open(staged.temporary, 'wx') };
      }
      await this.#lines.file.write(line);
    } catch (error) {
      throw fileError('write', path, error);
    }
  }
}
