/** What `fastsam track` writes: the drawn video, MOT lines, lines of JSON. They appear when the clip is done. */
import { basename, dirname, extname, resolve } from 'node:path';
import type { DrawOptions } from '../../draw/drawObjects.js';
import { invalidArgument } from '../../errors.js';
import type { OutputFormat } from '../../formats/format.js';
import { mot as motFormat } from '../../formats/mot.js';
import { videoForm, videoPath } from '../../formats/write.js';
import { disk } from '../../platform/platform.js';
import { OUTPUT_FOLDER } from '../../options/limits.js';
import type { Results } from '../../results/results.js';
import { VIDEO_FORMATS } from '../../source/encoders.js';
import { isVideoName } from '../../source/inputs.js';
import { Trails } from '../../track/trails.js';
import { ClipFiles, frameNumber, type ClipOutput } from '../clipFiles.js';
import { StemNames } from '../files.js';
import { RunFiles } from '../runFiles.js';

/** The options for the paths. */
export interface TrackPathOptions {
  /** A folder, or the name of the video. */
  readonly out?: string | undefined;
  readonly mot?: string | undefined;
  /** JSON goes to standard output. */
  readonly json: boolean;
  readonly video: boolean;
}

/** What is written for a clip. */
export interface TrackOutputs {
  readonly outputs: readonly ClipOutput[];
  /** Folder of files for the whole run. */
  readonly folder: string;
}

/**
 * Names the files after the clip.
 * @param wanted formats of the files.
 * @param always whether the user named them. Then they are written beside standard output and `--mot`, too.
 * @throws FastSAMError `INVALID_ARGUMENT` when a file would replace the clip or another one, and for a video of a kind
 *   that is not written.
 */
export function trackOutputs(
  clip: string,
  { out, mot, json, video }: TrackPathOptions,
  wanted: readonly OutputFormat[],
  always: boolean,
): TrackOutputs {
  const named = out !== undefined && isVideoFile(out);
  const folder = named ? dirname(out) : (out ?? OUTPUT_FOLDER);
  const stem = named ? basename(out, extname(out)) : new StemNames().next(clip);
  // Who names one kind of output wants no other.
  const files = always || out !== undefined || (!json && mot === undefined);
  const formats = mot === undefined || wanted.includes(motFormat) ? wanted : [...wanted, motFormat];
  const outputs = formats.flatMap((format): ClipOutput[] => {
    if (format === motFormat && mot !== undefined) return [{ format, path: mot }];
    const drawn = isDrawn(format);
    if (!files || (drawn && !video)) return [];
    return [{ format, path: drawn && named ? out : videoPath(format, folder, stem) }];
  });
  refuseSame(clip, outputs);
  return { outputs, folder };
}

function isDrawn(format: OutputFormat): boolean {
  return format.scope !== 'run' && videoForm(format).kind === 'drawn';
}

function refuseSame(clip: string, outputs: readonly ClipOutput[]): void {
  const paths = [clip, ...outputs.map(({ path }) => path)].map((path) => resolve(path));
  const taken = outputs.find((_, i) => paths.indexOf(paths[i + 1]) <= i);
  if (taken === undefined) return;
  const what = resolve(taken.path) === paths[0] ? 'is the clip itself' : 'would be written twice';
  throw invalidArgument(`${taken.path}: ${what}; name another path with --out or --mot`);
}

function isVideoFile(path: string): boolean {
  if (VIDEO_FORMATS.includes(extname(path).slice(1).toLowerCase())) return true;
  if (!isVideoName(path)) return false;
  const endings = VIDEO_FORMATS.map((one) => `.${one}`).join(' ');
  throw invalidArgument(`--out: got ${path}, expected a folder or a video that ends in ${endings}`);
}

/** The files of one clip. They have no signal, so that the frames before an interruption are kept. */
export class TrackFiles {
  readonly #clip: string;
  readonly #files: ClipFiles;
  readonly #run: RunFiles;
  /** Absent where nothing is drawn. */
  readonly #trails: Trails | undefined;
  #frames = 0;

  private constructor(clip: string, { outputs, folder }: TrackOutputs, fps: number, trail: number) {
    this.#clip = clip;
    this.#files = new ClipFiles(outputs, fps);
    this.#run = new RunFiles(
      outputs.map(({ format }) => format),
      folder,
    );
    if (outputs.some(({ format }) => isDrawn(format))) this.#trails = new Trails(trail);
  }

  /**
   * Makes the folders.
   * @param trail frames that the drawn trails reach back.
   */
  static async create(clip: string, outputs: TrackOutputs, fps: number, trail: number): Promise<TrackFiles> {
    for (const { path } of outputs.outputs) await disk().makeFolder(dirname(path));
    return new TrackFiles(clip, outputs, fps, trail);
  }

  /** Frames that were written. */
  get frames(): number {
    return this.#frames;
  }

  /** Writes the next frame. ffmpeg encodes it while the caller goes on. */
  async add(results: Results): Promise<void> {
    const name = `${this.#clip}#${frameNumber(results)}`;
    await this.#files.add(results, name, this.#drawing(results));
    await this.#run.add(results, name);
    this.#frames++;
  }

  /** @returns what was written. */
  async finish(): Promise<string[]> {
    if (this.#frames === 0) return [];
    return [...(await this.#files.finish()), ...(await this.#run.finish())];
  }

  /** Leaves nothing behind that is not finished. */
  discard(): Promise<void> {
    return this.#files.discard();
  }

  #drawing(results: Results): DrawOptions {
    this.#trails?.add(results);
    return { boxes: true, labels: true, ...(this.#trails && { trails: this.#trails.of(results) }) };
  }
}
