/** What `segment` prints and writes for each image and video, failures included. */
import { resolve } from 'node:path';
import { FastSAMError, invalidArgument } from '../errors.js';
import type { OutputFormat } from '../formats/format.js';
import { formatPath, videoPath, writeScene } from '../formats/write.js';
import type { Results } from '../results/results.js';
import { frameNumber, type ClipOutput } from './clipFiles.js';
import { StemNames } from './files.js';
import { printJson } from './output.js';
import { ProgressLine } from './progress.js';
import { RunFiles } from './runFiles.js';
import { printable } from '../text/printable.js';
import { describeError, EXIT, exitCodeOf, isInterruption, log } from './run.js';
import { plural } from '../options/showValue.js';
import type { Origin } from './sourceInputs.js';
import type { Source } from './source.js';
import { VideoReport } from './videoReport.js';
import type { FrameChoice } from './framesToCome.js';

/** Where an image's results go. */
export interface Target {
  /** Folder for files; none: no files. */
  readonly out: string | undefined;
  readonly formats: readonly OutputFormat[];
  /** Print a line of JSON an image on stdout. */
  readonly json: boolean;
  /** Which frames of videos are taken. */
  readonly frames: FrameChoice;
}

/** Gathers what became of the images. Files of one image are written while the caller goes on with the next. */
export class Report {
  readonly #stems: readonly string[];
  readonly #line = new ProgressLine();
  readonly #sources: readonly Source[];
  readonly #target: Target;
  readonly #run: RunFiles | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failed = 0;
  #done = 0;
  #wrote = false;
  /** The one whose frames are coming. */
  #video: VideoReport | undefined;
  readonly #broken = new Set<number>();

  /** @throws FastSAMError `INVALID_ARGUMENT` when a file would take the place of one of the images. */
  constructor(sources: readonly Source[], target: Target) {
    this.#sources = sources;
    this.#target = target;
    const { formats, out } = target;
    if (out !== undefined) this.#run = new RunFiles(formats, out);
    // No image may have the name of a file for all images.
    const names = new StemNames(formats.flatMap(({ scope, name }) => (scope === 'run' ? [name] : [])));
    this.#stems = sources.map(({ name }) => names.next(name));
    refuseToOverwrite(sources, this.#stems, target);
  }

  /** Images and frames that are done. */
  get done(): number {
    return this.#done;
  }

  /**
   * Takes one image's results, once the files of the one before are written: memory stays bounded.
   * @param make gives the results or throws what went wrong with the image.
   */
  async add(origin: Origin, make: () => Results | Promise<Results>): Promise<void> {
    await this.#writing;
    const { source } = origin;
    if (this.#video && this.#video.source !== source) await this.#finishVideo();
    if (this.#broken.has(source)) return;
    this.#showProgress(source);
    try {
      const results = await make();
      this.#writing = this.#write(results, origin).catch((error: unknown) => {
        this.#break(source, error);
      });
      this.#writing.catch(() => undefined); // it is awaited later; until then it is no unhandled rejection
    } catch (error) {
      this.#break(source, error);
    }
  }

  /** A video could not be opened, or not be read to its end; the frames before that are still to come. */
  error(index: number, error: unknown): void {
    this.#fail(this.#sources[index], error);
  }

  /** A video was read, with losses. */
  warn(index: number, line: string): void {
    this.#line.clear();
    log(`fastsam: ${this.#sources[index].name}: some of it may be lost: ${line}`);
  }

  /** Reports something that stands for no image. */
  refuse(problem: FastSAMError): void {
    this.#failed++;
    log(`fastsam: ${describeError(problem)}`);
  }

  /** Waits for the last files, writes those about all images, and sets the exit code. */
  async finish(): Promise<void> {
    await this.#writing;
    await this.#finishVideo();
    if ((await this.#run?.finish())?.length) this.#wrote = true;
    const { out } = this.#target;
    this.#line.clear();
    if (out !== undefined && this.#wrote) log(`Written to ${out}/`);
    if (this.#failed > 0) process.exitCode = EXIT.someFailed;
  }

  /** Lets the files that are being written come to their end, after an error too. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    // Nobody but an interruption ends a camera.
    if (this.#video?.live) await this.#finishVideo().catch(() => undefined);
    else await this.#video?.discard();
    this.#line.clear();
  }

  /** A single image's wrong prompt, or Ctrl-C, ends the run with its own exit code; a bad image only itself. */
  #fail(source: Source, error: unknown): void {
    const code = exitCodeOf(error);
    if (isInterruption(code) || (code === EXIT.usage && this.#sources.length === 1)) throw error;
    this.#failed++;
    this.#line.clear();
    const message = describeError(error);
    log(`fastsam: ${message.includes(printable(source.name)) ? '' : `${source.name}: `}${message}`);
  }

  async #write(results: Results, { source: index, frame: of }: Origin): Promise<void> {
    if (of) await this.#writeFrame(results, index, of);
    else await this.#writeImage(results, index);
    this.#done++;
  }

  async #writeFrame(results: Results, index: number, { info }: NonNullable<Origin['frame']>): Promise<void> {
    this.#video ??= new VideoReport(index, info, this.#outputs(index, videoPath), this.#target.frames);
    const name = `${this.#sources[index].name}#${frameNumber(results)}`;
    await this.#video.add(results, name);
    await this.#share(results, name);
  }

  async #writeImage(results: Results, index: number): Promise<void> {
    const { name } = this.#sources[index];
    const files = this.#outputs(index, formatPath);
    for (const { format, path } of files) {
      await writeScene(format, results, path, { name, reproducible: false, options: {} });
      this.#wrote = true;
    }
    await this.#share(results, name);
    const { preprocess, inference, postprocess } = results.speed;
    const time = `${(preprocess + inference + postprocess).toFixed(0)} ms`;
    const count = plural(results.length, 'object');
    this.#line.clear();
    const written = files.length > 0 ? ` -> ${files.map(({ path }) => path).join(', ')}` : '';
    const { frames } = results.image;
    const first = frames === undefined ? '' : `, of the first of ${plural(frames, 'frame')}`;
    log(`${name}: ${count} in ${time}${first}${written}`);
  }

  /** The files of a source, but those about all images. */
  #outputs(index: number, path: typeof formatPath | typeof videoPath): ClipOutput[] {
    const { out, formats } = this.#target;
    if (out === undefined) return [];
    const own = formats.filter(({ scope }) => scope !== 'run');
    return own.map((format) => ({ format, path: path(format, out, this.#stems[index]) }));
  }

  /** Standard output, and the files about all images. */
  async #share(results: Results, name: string): Promise<void> {
    if (this.#target.json) printJson(results);
    await this.#run?.add(results, name);
  }

  async #finishVideo(): Promise<void> {
    const video = this.#video;
    if (!video) return;
    this.#video = undefined;
    try {
      const files = await video.finish();
      if (files.length > 0) this.#wrote = true;
      const written = files.length > 0 ? ` -> ${files.join(', ')}` : '';
      this.#line.clear();
      log(
        `${this.#sources[video.source].name}: ${plural(video.frames, 'frame')}, ${video.rate.toFixed(1)} a second${written}`,
      );
    } catch (error) {
      await video.discard();
      this.#break(video.source, error);
    }
  }

  /** An image or frame failed; the frames that follow are passed over. */
  #break(index: number, error: unknown): void {
    this.#broken.add(index);
    this.#fail(this.#sources[index], error);
  }

  #showProgress(source: number): void {
    const video = this.#video;
    if (video) {
      const label = `${this.#sources[source].name} ${video.rate.toFixed(1)} frames/s`;
      this.#line.update(label, video.frames, video.total, 'count');
    } else if (this.#sources.length > 1) this.#line.update('segmenting', source, this.#sources.length, 'count');
  }
}

/** `segment photos/ --out photos` must not draw over the photographs. */
function refuseToOverwrite(sources: readonly Source[], stems: readonly string[], { out, formats }: Target): void {
  if (out === undefined) return;
  const images = new Set(sources.map(({ name }) => resolve(name)));
  for (const [i, stem] of stems.entries()) {
    const pathOf = sources[i].video ? videoPath : formatPath;
    const path = formats.map((format) => pathOf(format, out, stem)).find((file) => images.has(resolve(file)));
    if (path === undefined) continue;
    const kind = sources[i].video ? 'videos' : 'images';
    throw invalidArgument(`${path}: is one of the ${kind}; name another folder with --out`);
  }
}
