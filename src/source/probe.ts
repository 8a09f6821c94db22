/** Reads the facts of a video with ffprobe before its frames are read. */
import { FastSAMError } from '../errors.js';
import { lastComplaint, runTool } from './ffmpeg.js';
import type { VideoInput } from './inputs.js';
import type { VideoInfo } from './types.js';

/** For a source that does not declare its frame rate. */
const DEFAULT_FPS = 25;

/** A video's facts, and what ffmpeg's arguments depend on. */
export interface Probed {
  readonly info: VideoInfo;
  /** Whether ffmpeg has the options of version 5.1, which replace deprecated ones. */
  readonly hasFpsMode: boolean;
}

/** The part of ffprobe's JSON that is requested. */
interface Report {
  readonly program_version?: { readonly version?: string };
  readonly streams?: readonly StreamReport[];
  readonly format?: { readonly duration?: string };
}

interface StreamReport {
  readonly width?: number;
  readonly height?: number;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly nb_frames?: string;
  readonly duration?: string;
  readonly tags?: { readonly rotate?: string };
  readonly side_data_list?: readonly { readonly rotation?: number | string }[];
}

const ENTRIES = [
  'program_version=version',
  'stream=width,height,avg_frame_rate,r_frame_rate,nb_frames,duration',
  'stream_tags=rotate',
  'stream_side_data=rotation',
  'format=duration',
].join(':');

/**
 * Asks ffprobe. Sizes are those of the upright image, as it is shown.
 * @throws FastSAMError `INVALID_VIDEO` for what ffmpeg cannot read or has no images; `PROGRAM_MISSING`, `ABORTED`.
 */
export async function probeVideo(input: VideoInput, signal?: AbortSignal): Promise<Probed> {
  const args = [
    '-v',
    'error',
    '-of',
    'json',
    '-show_program_version',
    '-select_streams',
    'V:0',
    '-show_entries',
    ENTRIES,
  ];
  const output = await runTool('ffprobe', [...args, ...input.args], signal);
  if (output.code !== 0) {
    const refused = output.complaints.flatMap((line) => /^\[(\S+) @ .*not on whitelist/.exec(line)?.[1] ?? []).at(0);
    const reason = refused === undefined ? lastComplaint(output) : `a format that is not read: ${refused}`;
    throw new FastSAMError('INVALID_VIDEO', `${input.name}: cannot be read as a video (${reason})`);
  }
  const report = JSON.parse(output.stdout) as Report;
  const stream = report.streams?.at(0);
  if (!stream?.width || !stream.height) {
    throw new FastSAMError('INVALID_VIDEO', `${input.name}: has no images; give a file with a video in it`);
  }
  return { info: describe(stream, report, input), hasFpsMode: hasFpsMode(report.program_version?.version) };
}

function describe(stream: StreamReport, { format }: Report, { live }: VideoInput): VideoInfo {
  const { width = 0, height = 0 } = stream;
  const fps = rate(stream.avg_frame_rate) ?? rate(stream.r_frame_rate) ?? DEFAULT_FPS;
  const duration = live ? undefined : (positive(stream.duration) ?? positive(format?.duration));
  const frames = positive(stream.nb_frames) ?? (duration === undefined ? undefined : Math.round(duration * fps));
  return {
    ...(isSideways(stream) ? { width: height, height: width } : { width, height }),
    fps,
    ...(frames !== undefined && !live && { frames }),
    ...(duration !== undefined && { duration }),
  };
}

/** Phones store upright videos rotated, with a flag. ffmpeg rotates them when it decodes. */
function isSideways({ tags, side_data_list: sideData }: StreamReport): boolean {
  const noted = sideData?.find(({ rotation }) => rotation !== undefined)?.rotation ?? tags?.rotate ?? 0;
  const degrees = Number(noted);
  return Number.isFinite(degrees) && Math.abs(Math.round(degrees / 90)) % 2 === 1;
}

/** `30000/1001` as a number; undefined for `0/0`. */
function rate(text = ''): number | undefined {
  const [above, below] = text.split('/').map(Number);
  const value = above / below;
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Versions of nightly builds are no numbers: those are new. */
function hasFpsMode(version = ''): boolean {
  const found = /^n?(\d+\.\d+)/.exec(version);
  return !found || Number(found[1]) >= 5.1; // 5.10 never was
}
