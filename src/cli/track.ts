/** `fastsam track`: a clip in; the drawn clip, MOT lines and JSON with track ids out. */
import { Command, Option } from 'commander';
import { FastSAMError } from '../errors.js';
import { FastSAM } from '../fastsam.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { TrackPrompt } from '../model/objectTracker.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { DEFAULT_TRACKER, type TrackOptions } from '../model/trackStream.js';
import type { Results } from '../results/results.js';
import type { DeviceChoice } from '../runtime/device.js';
import { TRACKERS, type TrackerName } from '../track/createTracker.js';
import { deviceOption, precisionOption } from './options.js';
import { ProgressLine } from './progress.js';
import { collect, describeError, EXIT, exitCodeOf, interruptSignal, numberOption, numbersOption, say } from './run.js';
import { addOptions } from './specOptions.js';
import { DEFAULT_MODEL, promptOf, type PromptCommandOptions } from './segmentOptions.js';
import { openFrames, type FrameSource } from './track/frameSource.js';
import { TrackFiles, trackPaths, type TrackPathOptions } from './track/files.js';
import { TrackProgress } from './track/progress.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { addVideoOptions, videoOptions, type VideoCommandOptions } from './videoOptions.js';

const DEFAULT_TRAIL = 30;

interface TrackCommandOptions
  extends
    Pick<TrackOptions, 'imgsz' | 'conf' | 'iou' | 'maxDet' | 'retinaMasks' | 'compat'>,
    VideoCommandOptions,
    TrackPathOptions,
    Omit<PromptCommandOptions, 'boxRule'> {
  readonly model: string;
  readonly device: DeviceChoice;
  readonly precision: LoadOptions['precision'];
  readonly tracker: TrackerName;
  readonly cameraMotion: boolean;
  readonly trackBuffer?: number;
  readonly text?: string;
  readonly fps?: number;
  readonly trails: number;
}

/** The command. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description('Follow every object of a video, or the objects that a prompt chooses in its first frame.')
    .argument(
      '<source>',
      'a video (- for standard input), camera:0, a stream, or images that are the frames: a folder, glob or .txt list',
    )
    .option('--model <name>', 'demo, FastSAM-s, FastSAM-x, or a path or URL of a checkpoint', DEFAULT_MODEL)
    .addOption(new Option('--tracker <name>', 'how objects are followed').choices(TRACKERS).default(DEFAULT_TRACKER))
    .option('--no-camera-motion', 'the camera stands still: botsort and tracktrack need not look for its motion')
    .option('--track-buffer <frames>', 'frames for which a lost object keeps its id [30]', numberOption(0, 1e6, true))
    .addOption(new Option('--compat <peer>', "reproduce the peer's boxes and masks").choices(['ultralytics']))
    .option(
      '--box <x1,y1,x2,y2>',
      'follow the object in a box of the first frame (may be repeated)',
      collect(numbersOption([4], 'x1,y1,x2,y2')),
    )
    .option(
      '--point <x,y[,0|1]>',
      'follow the objects at a point of the first frame; 0: not those (may be repeated)',
      collect(numbersOption([2, 3], 'x,y or x,y,0')),
    )
    .addOption(new Option('--pick <which>', 'of several masks at a point [all]').choices(['all', 'smallest', 'best']))
    .option('--text <text>', 'follow the object of the first frame that a text means (CLIP, 354 MB download)');
  addOptions(command, SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet', 'retinaMasks'], {
    conf: 'detections must score above this [0.1]',
    iou: 'detections that overlap a better one more than this go [0.7]',
    maxDet: 'most detections a frame',
  });
  return addVideoOptions(command)
    .option('--fps <n>', 'images: frames a second of the video that is written [25]', numberOption(0.01, 1000))
    .addOption(deviceOption())
    .addOption(precisionOption())
    .option('--out <path>', 'folder for the files, or name of the video [fastsam-out; with --json or --mot: none]')
    .option('--mot <file>', 'MOT lines go here [beside the video]')
    .option('--json', 'print one line of JSON a frame on standard output')
    .option('--no-video', 'write no video')
    .option('--trails <frames>', 'how far drawn trails reach back', numberOption(0, 10_000, true), DEFAULT_TRAIL)
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam track clip.mp4                                 fastsam-out/clip.mp4 (drawn), clip.txt (MOT), clip.jsonl
  $ fastsam track clip.mp4 --out out.mp4 --model FastSAM-s
  $ fastsam track clip.mp4 --point 520,360 --pick smallest only the object at a point of the first frame
  $ fastsam track clip.mp4 --start 10 --end 20 --stride 2 --tracker bytetrack
  $ fastsam track camera:0 --out kitchen.mp4               until Ctrl-C
  $ fastsam track MOT17-04/img1 --mot MOT17-04.txt         the MOT file alone
  $ fastsam track clip.mp4 --json | jq '.masks[].track_id'`,
    )
    .action(track);
}

async function track(source: string, options: TrackCommandOptions): Promise<void> {
  const signal = interruptSignal();
  const prompt = trackPromptOf(options);
  const clip = await openFrames(
    source,
    { ...videoOptions(options), ...withoutUndefined({ fps: options.fps }) },
    signal,
  );
  const files = await TrackFiles.create(trackPaths(clip.name, options), clip.fps, options.trails);
  const model = await load(options, signal);
  try {
    const tracked = model.track(clip.frames, { ...trackOptions(options), ...(prompt && { prompt }), signal });
    await write(tracked, clip, files, options.json === true);
  } finally {
    await files.discard();
    model.dispose();
  }
  if (model.info.deviceNote !== undefined && files.frames > 0) {
    say(`Ran on ${model.info.device}; ${model.info.deviceNote}`);
  }
}

/** What was tracked before an interruption or a broken frame is kept; the exit code says that it was not all. */
async function write(
  tracked: AsyncIterable<Results>,
  clip: FrameSource,
  files: TrackFiles,
  json: boolean,
): Promise<void> {
  const progress = new TrackProgress(clip.name, clip.total);
  try {
    for await (const results of framesOf(tracked)) {
      await files.add(results);
      if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
      progress.count(results);
    }
  } catch (error) {
    progress.clear();
    if (!(error instanceof SourceError) || files.frames === 0) throw causeOf(error);
    const code = exitCodeOf(error.cause);
    process.exitCode = code === EXIT.interrupted ? code : EXIT.someFailed;
    const what = code === EXIT.interrupted ? 'interrupted' : describeError(error.cause);
    say(`fastsam: ${what}; the ${files.frames} frames before are kept`);
  }
  progress.clear();
  reportLosses(clip, files.frames);
  if (files.frames === 0) {
    throw new FastSAMError('INVALID_VIDEO', `${clip.name}: has no frame there; look at --start and --end`);
  }
  const written = await files.finish();
  say(`${clip.name}: ${progress.summary()}${written.length > 0 ? ` -> ${written.join(', ')}` : ''}`);
}

/** A video that is cut off gives the frames that are there. */
function reportLosses(clip: FrameSource, frames: number): void {
  const { name, total = 0 } = clip;
  const complaint = clip.warning();
  if (complaint === undefined) return;
  if (frames < total) process.exitCode ??= EXIT.someFailed;
  say(`fastsam: ${name}: ${frames < total ? `${frames} of ${total} frames` : 'some of it may be lost'}: ${complaint}`);
}

/** Something went wrong with the frames, not with the files. */
class SourceError extends Error {}

async function* framesOf(tracked: AsyncIterable<Results>): AsyncGenerator<Results, void> {
  try {
    yield* tracked;
  } catch (error) {
    throw new SourceError('track', { cause: error });
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof SourceError ? error.cause : error;
}

async function load({ model, device, precision }: TrackCommandOptions, signal: AbortSignal): Promise<FastSAM> {
  const line = new ProgressLine();
  try {
    return await FastSAM.load(model, { device, precision, signal, onProgress: line.download });
  } finally {
    line.clear();
  }
}

function trackOptions(options: TrackCommandOptions): TrackOptions {
  const { tracker: name, cameraMotion, trackBuffer, imgsz, conf, iou, maxDet, retinaMasks, compat } = options;
  const parameters = withoutUndefined({ trackBuffer });
  const tracker: TrackOptions['tracker'] =
    name === 'bytetrack'
      ? { name, ...parameters }
      : { name, ...parameters, ...(!cameraMotion && { cameraMotion: false }) };
  return { ...withoutUndefined({ imgsz, conf, iou, maxDet, retinaMasks, compat }), tracker };
}

/** @throws FastSAMError `INVALID_ARGUMENT` for a text beside boxes or points. */
function trackPromptOf({ text, ...options }: TrackCommandOptions): TrackPrompt | undefined {
  const prompt = promptOf(options);
  if (text !== undefined && prompt) {
    throw new FastSAMError('INVALID_ARGUMENT', '--text: got --box or --point as well, expected one kind of prompt');
  }
  if (text !== undefined) return asked((first) => first.promptText(text));
  return prompt && asked((first) => first.prompt(prompt));
}

/** Nothing to follow: the user hears it at once instead of getting a clip without objects. */
function asked(choose: (first: Results) => Results | Promise<Results>): TrackPrompt {
  return async (first) => {
    const chosen = await choose(first);
    if (chosen.length > 0) return chosen;
    throw new FastSAMError(
      'INVALID_PROMPT',
      'prompt: matches no object of the first frame; ask for another place, or begin elsewhere with --start',
    );
  };
}
