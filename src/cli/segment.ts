/** `fastsam segment`: images and videos in; overlays, masks and JSON out. */
import { Command } from 'commander';
import { formatPath, videoPath } from '../formats/write.js';
import type { LoadOptions } from '../model/loadOptions.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { disk } from '../platform/platform.js';
import { formatRow, loadFormats } from './formats.js';
import { loadModel } from './loadModel.js';
import { LOAD_OPTIONS } from '../model/loadOptions.js';
import { text } from '../options/kinds.js';
import { OUTPUT_FOLDER } from '../options/limits.js';
import { PROMPT_OPTIONS } from '../prompt/kinds/list.js';
import { REFINE_OPTIONS } from '../results/refine.js';
import { VIDEO_OPTIONS } from '../source/videoOptions.js';
import { DEFAULT_MODEL, jsonRow, MODEL_ROWS } from './commonRows.js';
import { writesFiles } from './output.js';
import { promptOf } from './promptRows.js';
import { Report } from './report.js';
import { addRows, filled, picked, type CommandValues } from './rows.js';
import { interruptSignal, log } from './run.js';
import { SourceInputs } from './sourceInputs.js';
import { expandSources } from './sources.js';
import type { Source } from './source.js';
import { addTextRows, textPrompts, type TextPrompts } from './textPrompt.js';

/** From so many images on, a graph that holds its weights makes up for taking longer to load. */
const MANY_IMAGES = 150;

const OUTPUT_ROWS = {
  out: text({
    text: 'where files go',
    otherwise: `${OUTPUT_FOLDER}; with --json: no files unless asked for`,
    cli: { value: '<folder>' },
  }),
  format: formatRow(false, { text: 'what is written', otherwise: 'png' }),
  json: jsonRow('print one line of JSON an image or frame on standard output'),
};

/** The command. */
export function segmentCommand(): Command {
  const command = new Command('segment')
    .description('Find every object of images, or the objects that boxes, points and texts ask for.')
    .argument('<source...>', 'images, videos, folders, globs, .txt lists, URLs, camera:0, or - for standard input');
  addRows(command, MODEL_ROWS);
  addRows(command, SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet']);
  addRows(command, PROMPT_OPTIONS);
  addTextRows(command);
  addRows(command, REFINE_OPTIONS);
  addRows(command, SEGMENT_OPTIONS, ['retinaMasks', 'snapFullBoxes', 'square', 'compat']);
  addRows(command, VIDEO_OPTIONS);
  addRows(command, SEGMENT_OPTIONS, ['window', 'batch']);
  addRows(command, LOAD_OPTIONS, ['device', 'precision']);
  return addRows(command, OUTPUT_ROWS)
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam segment dogs.jpg                                   every object, drawn into ${OUTPUT_FOLDER}/dogs.png
  $ fastsam segment dogs.jpg --box 20,60,420,700               the object in a box
  $ fastsam segment dogs.jpg --point 520,360 --point 620,300,0 at one point, but not at the other
  $ fastsam segment dogs.jpg --text "a yellow dog"             the object that a text means (CLIP, 354 MB download)
  $ fastsam segment photos/ --model FastSAM-s --format png,coco,cutout --out masks
  $ fastsam segment photos/ --format png,./labelme.mjs         a format of your own: docs/user/formats.md
  $ fastsam segment clip.mp4 --stride 5 --format png,json      every fifth frame, into ${OUTPUT_FOLDER}/clip.mp4 and clip.jsonl
  $ fastsam segment camera:0 --max-frames 300                  a camera, until 300 frames or Ctrl-C
  $ fastsam segment dogs.jpg --json | jq '.masks[].area'`,
    )
    .action(segment);
}

async function segment(args: readonly string[], values: CommandValues): Promise<void> {
  const signal = interruptSignal();
  const options = { ...picked(SEGMENT_OPTIONS, values), signal };
  const frames = picked(VIDEO_OPTIONS, values);
  const { out: folder, format, json } = filled(OUTPUT_ROWS, values);
  const prompt = promptOf(values);
  const cleaning = picked(REFINE_OPTIONS, values);
  const loadTexts = textPrompts(values, prompt, options.compat);
  const { sources, problems, notes } = await expandSources(args, signal);
  for (const note of notes) log(`fastsam: ${note}`);
  if (sources.length === 0) throw problems[0];
  const out = folder ?? (json && !format ? undefined : OUTPUT_FOLDER);
  const formats = (await loadFormats(format ?? ['png'], [formatPath, videoPath])).map((chosen) => chosen.format);
  const report = new Report(sources, { out, formats, json, frames });
  if (out !== undefined) {
    writesFiles();
    await disk().requireFolder(out);
  }
  const { model: name } = filled(MODEL_ROWS, values);
  const { device, ...running } = loadOptions(values, isLong(sources));
  const model = await loadModel(name, { device, ...running, signal });
  let texts: TextPrompts | undefined;
  try {
    texts = await loadTexts?.({ ...running, signal });
    for (const problem of problems) report.refuse(problem);
    const feed = new SourceInputs(sources, { ...frames, signal }, report);
    for await (const { results, error } of model.stream(feed.inputs(), options)) {
      // Files of this image are encoded while the next one is in the network.
      await report.add(feed.takeOrigin(), async () => {
        if (error) throw error;
        const chosen = texts ? await texts.choose(results) : prompt ? results.prompt(prompt) : results;
        return cleaning.clean || cleaning.largest ? chosen.refine(cleaning) : chosen;
      });
    }
    await report.finish();
  } finally {
    await report.close();
    texts?.dispose();
    model.dispose();
  }
  if (model.info.deviceNote !== undefined && report.done > 0) {
    log(`Ran on ${model.info.device}; ${model.info.deviceNote}`);
  }
  if (name === DEFAULT_MODEL && report.done > 0) {
    log(
      'Used the small demo model that is shipped; FastSAM-s does far better: add --model FastSAM-s (24 MB download).',
    );
  }
}

/** Whether a graph that holds its weights makes up for taking longer to load. */
function isLong(sources: readonly Source[]): boolean {
  return sources.length >= MANY_IMAGES || sources.some(({ video }) => video);
}

function loadOptions(
  values: CommandValues,
  many: boolean,
): Required<Pick<LoadOptions, 'device' | 'precision' | 'graphWeights'>> {
  const { device, precision } = filled(LOAD_OPTIONS, values);
  return { device, precision, graphWeights: many ? 'embedded' : 'external' };
}
