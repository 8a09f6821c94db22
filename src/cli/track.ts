/** `fastsam track`: a clip in; the drawn clip, MOT lines and JSON with track ids out. */
import { Command } from 'commander';
import { FastSAMError } from '../errors.js';
import type { TrackPrompt } from '../model/objectTracker.js';
import type { TrackOptions } from '../model/trackOptions.js';
import type { Results } from '../results/results.js';
import { formatRow, loadFormats } from './formats.js';
import { videoPath } from '../formats/write.js';
import { loadModel } from './loadModel.js';
import { describeError, EXIT, exitCodeOf, interruptSignal, isInterruption, log } from './run.js';
import { printJson, writesFiles } from './output.js';
import { promptOf } from './promptRows.js';
import { DEFAULT_FPS, openFrames, type FrameSource } from './track/frameSource.js';
import { TrackFiles, trackOutputs } from './track/files.js';
import { TrackProgress } from './track/progress.js';
import { invalidArgument } from '../errors.js';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { TRACK_OPTIONS, TRACKER_SETTINGS } from '../model/trackOptions.js';
import { flag, integer, number, oneOf, text } from '../options/kinds.js';
import { OUTPUT_FOLDER } from '../options/limits.js';
import { omitRows, type OptionTable, type Row } from '../options/row.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { PROMPT_OPTIONS } from '../prompt/kinds/list.js';
import { BYTE_TRACK_OPTIONS } from '../track/options.js';
import { jsonRow, MODEL_ROWS } from './commonRows.js';
import { addRows, filled, picked, type CommandValues } from './rows.js';
import { plural } from '../options/showValue.js';

const DEFAULT_FORMATS = ['png', 'mot', 'json'];

const { pick } = PROMPT_OPTIONS;

const FOLLOW_ROWS = {
  cameraMotion: flag({
    text: 'look for the motion of the camera',
    default: true,
    cli: { text: 'the camera stands still: botsort and tracktrack need not look for its motion' },
  }),
  trackBuffer: BYTE_TRACK_OPTIONS.trackBuffer,
};

/** Prompts of the first frame: a merged mask has no track, and boxes are compared with masks. */
const PROMPT_ROWS: OptionTable = {
  ...Object.fromEntries(
    Object.entries(omitRows(PROMPT_OPTIONS, ['boxRule'])).map(([name, row]) => [name, inFirstFrame(row)]),
  ),
  pick: oneOf(['all', 'smallest', 'best'], { text: pick.text, otherwise: pick.otherwise, cli: pick.cli }),
};

const TEXT_ROWS = {
  text: text({
    text: 'first frame: the object that a text means (CLIP, 354 MB download)',
    cli: { value: '<text>' },
  }),
};

function inFirstFrame(row: Row): Row {
  return row.cli ? { ...row, cli: { ...row.cli, text: `first frame: ${row.cli.text ?? row.text}` } } : row;
}

const OUTPUT_ROWS = {
  out: text({
    text: 'folder for the files, or name of the video',
    otherwise: `${OUTPUT_FOLDER}; with --json or --mot: none`,
    cli: { value: '<path>' },
  }),
  mot: text({ text: 'MOT lines go here', otherwise: 'beside the video', cli: { value: '<file>' } }),
  format: formatRow(true, { text: 'files', otherwise: 'png,mot,json; png: a drawn video' }),
  json: jsonRow('print one line of JSON a frame on standard output'),
  video: flag({ text: 'write the drawn video', default: true, cli: { text: 'write no video' } }),
  trails: integer(0, 10_000, { text: 'how far drawn trails reach back', default: 30, cli: { value: '<frames>' } }),
};

const CLIP_ROWS = {
  fps: number(0.01, 1000, {
    text: 'images: frames a second of the video that is written',
    otherwise: String(DEFAULT_FPS),
    cli: { value: '<n>' },
  }),
};

/** The command. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description('Follow every object of a video, or the objects that a prompt chooses in its first frame.')
    .argument(
      '<source>',
      'a video (- for standard input), camera:0, a stream, or images that are the frames: a folder, glob or .txt list',
    );
  addRows(command, MODEL_ROWS);
  addRows(command, TRACKER_SETTINGS);
  addRows(command, FOLLOW_ROWS);
  addRows(command, TRACK_OPTIONS, ['compat']);
  addRows(command, PROMPT_ROWS);
  addRows(command, TEXT_ROWS);
  addRows(command, TRACK_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet', 'retinaMasks']);
  addRows(command, TRACK_OPTIONS, ['stride', 'start', 'end', 'maxFrames', 'maxPixels', 'window']);
  addRows(command, CLIP_ROWS);
  addRows(command, LOAD_OPTIONS, ['device', 'precision']);
  return addRows(command, OUTPUT_ROWS)
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

async function track(source: string, values: CommandValues): Promise<void> {
  const signal = interruptSignal();
  const prompt = trackPromptOf(values);
  const { stride, start, end, maxFrames, ...options } = trackOptions(values);
  const output = filled(OUTPUT_ROWS, values);
  const { fps } = filled(CLIP_ROWS, values);
  const clip = await openFrames(
    source,
    withoutUndefined({ stride, start, end, maxFrames, fps, maxPixels: options.maxPixels }),
    signal,
  );
  const formats = (await loadFormats(output.format ?? DEFAULT_FORMATS, [videoPath])).map(({ format }) => format);
  const outputs = trackOutputs(clip.name, output, formats, output.format !== undefined);
  if (outputs.outputs.length > 0) writesFiles();
  const files = await TrackFiles.create(clip.name, outputs, clip.fps, output.trails);
  const { model: name } = filled(MODEL_ROWS, values);
  const { device, precision } = filled(LOAD_OPTIONS, values);
  const model = await loadModel(name, { device, precision, signal });
  try {
    const tracked = model.track(clip.frames, { ...options, ...(prompt && { prompt }), signal });
    await write(tracked, clip, files, output.json);
  } finally {
    await files.discard();
    model.dispose();
  }
  if (model.info.deviceNote !== undefined && files.frames > 0) {
    log(`Ran on ${model.info.device}; ${model.info.deviceNote}`);
  }
}

/** Frames before an interruption or a broken frame are kept. The exit code shows that some are missing. */
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
      if (json) printJson(results);
      progress.count(results);
    }
  } catch (error) {
    progress.clear();
    if (!(error instanceof SourceError) || files.frames === 0) throw causeOf(error);
    const code = exitCodeOf(error.cause);
    process.exitCode = isInterruption(code) ? code : EXIT.someFailed;
    const what = isInterruption(code) ? 'interrupted' : describeError(error.cause);
    log(`fastsam: ${what}; the ${plural(files.frames, 'frame')} before ${files.frames === 1 ? 'is' : 'are'} kept`);
  }
  progress.clear();
  reportLosses(clip, files.frames);
  if (files.frames === 0) {
    throw new FastSAMError('INVALID_VIDEO', `${clip.name}: got no frame there; check --start and --end`);
  }
  const written = await files.finish();
  log(`${clip.name}: ${progress.summary()}${written.length > 0 ? ` -> ${written.join(', ')}` : ''}`);
}

/** A truncated video gives the frames that are there. */
function reportLosses(clip: FrameSource, frames: number): void {
  const { name, total = 0 } = clip;
  const complaint = clip.warning();
  if (complaint === undefined) return;
  if (frames < total) process.exitCode ??= EXIT.someFailed;
  log(
    `fastsam: ${name}: ${frames < total ? `${frames} of ${plural(total, 'frame')}` : 'some of it may be lost'}: ${complaint}`,
  );
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

function trackOptions(values: CommandValues): Omit<TrackOptions, 'prompt'> {
  const { name } = filled(TRACKER_SETTINGS, values);
  const { cameraMotion, ...parameters } = picked(FOLLOW_ROWS, values);
  const still = name !== 'bytetrack' && cameraMotion === false;
  return { ...picked(TRACK_OPTIONS, values), tracker: { name, ...parameters, ...(still && { cameraMotion: false }) } };
}

/** @throws FastSAMError `INVALID_ARGUMENT` for a text beside boxes or points. */
function trackPromptOf(values: CommandValues): TrackPrompt | undefined {
  const { text } = picked(TEXT_ROWS, values);
  const prompt = promptOf(values);
  if (text !== undefined && prompt) {
    throw invalidArgument('--text: got --box or --point as well, expected one kind of prompt');
  }
  if (text !== undefined) return selectSome((first) => first.promptText(text));
  return prompt && selectSome((first) => first.prompt(prompt));
}

/** Nothing to follow is an error at once, instead of a clip without objects. */
function selectSome(choose: (first: Results) => Results | Promise<Results>): TrackPrompt {
  return async (first) => {
    const chosen = await choose(first);
    if (chosen.length > 0) return chosen;
    throw new FastSAMError(
      'INVALID_PROMPT',
      'prompt: matches no object of the first frame; name another point or box, or begin elsewhere with --start',
    );
  };
}
