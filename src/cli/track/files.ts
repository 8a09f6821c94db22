/** What `fastsam track` writes: the drawn video, MOT lines, lines of JSON. They appear when the clip is done. */
import { basename, dirname, extname, join, resolve } from 'node:path';
import { FastSAMError } from '../../errors.js';
import type { Results } from '../../results/results.js';
import { VIDEO_FORMATS } from '../../source/encoders.js';
import { isVideoName } from '../../source/inputs.js';
import { Trails } from '../../track/trails.js';
import { DrawnVideo } from '../drawnVideo.js';
import { makeFolder, StemNames } from '../files.js';
import { StagedText } from '../stagedText.js';

/** Where the files go; those without a path are not written. */
export interface TrackPaths {
  readonly video?: string;
  readonly mot?: string;
  readonly json?: string;
}

/** The options that say so. */
export interface TrackPathOptions {
  /** A folder, or the name of the video. */
  readonly out?: string;
  readonly mot?: string;
  /** JSON goes to standard output. */
  readonly json?: true;
  readonly video: boolean;
}

const DEFAULT_OUT = 'fastsam-out';

/**
 * Names the files after the clip.
 * @throws FastSAMError `INVALID_ARGUMENT` when a file would take the place of the clip or of another one, and for a video of
 *   a kind that is not written.
 */
export function trackPaths(clip: string, { out, mot, json, video }: TrackPathOptions): TrackPaths {
  const named = out !== undefined && isVideoFile(out);
  const folder = named ? dirname(out) : (out ?? DEFAULT_OUT);
  const stem = named ? basename(out, extname(out)) : new StemNames().next(clip);
  // Who names one kind of output wants no other.
  const files = out !== undefined || (json !== true && mot === undefined);
  const paths: TrackPaths = {
    ...(files && video && { video: named ? out : join(folder, `${stem}.mp4`) }),
    ...(mot === undefined ? files && { mot: join(folder, `${stem}.txt`) } : { mot }),
    ...(files && { json: join(folder, `${stem}.jsonl`) }),
  };
  const places = [clip, ...listOf(paths)].map((path) => resolve(path));
  const taken = listOf(paths).find((_, i) => places.indexOf(places[i + 1]) <= i);
  if (taken !== undefined) {
    const what = resolve(taken) === places[0] ? 'is the clip itself' : 'would be written twice';
    throw new FastSAMError('INVALID_ARGUMENT', `${taken}: ${what}; name another place with --out or --mot`);
  }
  return paths;
}

function isVideoFile(path: string): boolean {
  if (VIDEO_FORMATS.includes(extname(path).slice(1).toLowerCase())) return true;
  if (!isVideoName(path)) return false;
  const endings = VIDEO_FORMATS.map((one) => `.${one}`).join(' ');
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `--out: got ${path}, expected a folder or a video that ends in ${endings}`,
  );
}

function listOf({ video, mot, json }: TrackPaths): string[] {
  return [video, mot, json].filter((path) => path !== undefined);
}

/** The files of one clip. */
export class TrackFiles {
  readonly #mot: StagedText | undefined;
  readonly #json: StagedText | undefined;
  /** It has no signal: what was tracked until an interruption is kept. */
  readonly #video: DrawnVideo | undefined;
  readonly #trails: Trails;
  #frames = 0;
  readonly #paths: TrackPaths;

  /** @param trail frames that the drawn trails reach back. */
  private constructor(paths: TrackPaths, fps: number, trail: number) {
    this.#paths = paths;
    if (paths.mot !== undefined) this.#mot = new StagedText(paths.mot);
    if (paths.json !== undefined) this.#json = new StagedText(paths.json);
    if (paths.video !== undefined) this.#video = new DrawnVideo(paths.video, fps);
    this.#trails = new Trails(trail);
  }

  /** Makes the folders. */
  static async create(paths: TrackPaths, fps: number, trail: number): Promise<TrackFiles> {
    for (const path of listOf(paths)) await makeFolder(dirname(path));
    return new TrackFiles(paths, fps, trail);
  }

  /** Frames that were written. */
  get frames(): number {
    return this.#frames;
  }

  /** Takes the next frame; ffmpeg encodes it while the caller goes on with the one after. */
  async add(results: Results): Promise<void> {
    await this.#mot?.write(results.toMot());
    await this.#json?.write(`${JSON.stringify(results)}\n`);
    if (this.#video) await this.#draw(results, this.#video);
    this.#frames++;
  }

  /** @returns what was written. */
  async finish(): Promise<string[]> {
    if (this.#frames === 0) return [];
    await this.#video?.finish();
    await this.#mot?.finish();
    await this.#json?.finish();
    return listOf(this.#paths);
  }

  /** Leaves nothing behind that is not finished. */
  async discard(): Promise<void> {
    await this.#video?.discard();
    await this.#mot?.discard();
    await this.#json?.discard();
  }

  async #draw(results: Results, video: DrawnVideo): Promise<void> {
    this.#trails.add(results);
    await video.write(results.plot({ boxes: true, labels: true, trails: this.#trails.of(results) }));
  }
}
