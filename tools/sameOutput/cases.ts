/** The runs whose output is compared. */

/** One or more runs of the program in an empty folder. */
export interface Case {
  readonly name: string;
  /** Arguments of each run. Inputs lie in `../inputs`. */
  readonly steps: readonly (readonly string[])[];
  /** Exit code of each run. Default: 0. */
  readonly codes?: readonly number[];
  /** Whether the runs take `--device`, and the case is repeated on every one. */
  readonly onDevices: boolean;
  /** Path of a file for the standard input of each run. */
  readonly stdin?: string;
}

const INPUTS = '../inputs';
const IMAGES = `${INPUTS}/images`;
const COINS = `${IMAGES}/coins.png`;
const COFFEE = `${IMAGES}/coffee.jpg`;
const ANNOTATED = [`${INPUTS}/annotations.json`, IMAGES];
const SEGMENT_FORMATS = ['--format', 'png,json,coco,yolo,cutout'];
const TEXT = ['--text', 'a coin', '--text-model', `${INPUTS}/clip.safetensors`];
const BOXES = ['--box', '30,30,90,90', '--box', '150,100,260,220'];
const POINTS = ['--point', '60,60', '--point', '200,160', '--point', '300,250,0'];

const segment = (name: string, ...args: string[]): Case => ({
  name: `segment ${name}`,
  steps: [['segment', ...args]],
  onDevices: true,
});

const SEGMENT: readonly Case[] = [
  segment('formats', IMAGES, ...SEGMENT_FORMATS, '--out', 'out'),
  segment('json to stdout', IMAGES, '--json'),
  segment('list and glob', `${INPUTS}/list.txt`, `${IMAGES}/co*`, ...SEGMENT_FORMATS, '--out', 'out'),
  segment('boxes', COINS, ...BOXES, ...SEGMENT_FORMATS, '--out', 'out'),
  segment('boxes by boxes', COINS, ...BOXES, '--box-rule', 'box', '--json'),
  segment('points', COINS, ...POINTS, ...SEGMENT_FORMATS, '--out', 'out'),
  ...['smallest', 'best', 'merge'].map((pick) => segment(`points ${pick}`, COINS, ...POINTS, '--pick', pick, '--json')),
  segment('boxes and points', COFFEE, '--box', '180,30,500,350', '--point', '300,200', '--json'),
  segment('text', COINS, ...TEXT, '--text', 'a cup', '--top-k', '3', ...SEGMENT_FORMATS, '--out', 'out'),
  segment(
    'text within',
    ...[COINS, ...TEXT, '--text-threshold', '0.01', '--text-negative', 'a hole', '--within', '0,0,200,200', '--json'],
  ),
  segment('coarse masks', IMAGES, '--no-retina-masks', ...SEGMENT_FORMATS, '--out', 'out'),
  segment('cleaned', IMAGES, '--clean', '--largest', '--json'),
  segment('thresholds', IMAGES, '--conf', '0.1', '--iou', '0.9', '--max-det', '40', '--imgsz', '512', '--json'),
  segment('square, edges kept', IMAGES, '--square', '--no-snap-full-boxes', '--batch', '2', '--json'),
  ...['ultralytics', 'casia'].flatMap((peer) => [
    segment(`${peer} everything`, IMAGES, '--compat', peer, ...SEGMENT_FORMATS, '--out', 'out'),
    segment(`${peer} coarse`, COINS, '--compat', peer, '--no-retina-masks', '--json'),
    segment(`${peer} boxes`, COINS, '--compat', peer, ...BOXES, '--json'),
    segment(`${peer} points`, COINS, '--compat', peer, ...POINTS, '--json'),
    segment(`${peer} text`, COINS, '--compat', peer, ...TEXT, '--json'),
  ]),
  segment('video', `${INPUTS}/pan.mp4`, ...SEGMENT_FORMATS.with(1, 'png,json,yolo,cutout'), '--out', 'out'),
  segment('video part', `${INPUTS}/zoom.mp4`, '--stride', '2', '--start', '0.08', '--max-frames', '3', '--json'),
  { ...segment('standard input', '-', '--json'), stdin: 'images/coins.png' },
  ...['three-classes.safetensors', 'dynamic.onnx'].map((model) =>
    segment(
      model,
      COINS,
      '--model',
      `${INPUTS}/${model}`,
      '--imgsz',
      '128',
      '--conf',
      '0.001',
      '--max-det',
      '9',
      '--json',
    ),
  ),
];

const batch = (name: string, steps: readonly (readonly string[])[], codes?: readonly number[]): Case => ({
  name: `batch ${name}`,
  steps: steps.map((step) => ['batch', ...step, '--out', 'out']),
  onDevices: true,
  ...(codes && { codes }),
});
const BATCH_FORMATS = ['--format', 'json,coco,yolo,png,cutout'];

const BATCH: readonly Case[] = [
  batch('formats', [[IMAGES, ...BATCH_FORMATS, '--workers', '1']]),
  batch('sa1b', [[IMAGES, '--format', 'sa1b', '--clean', '--compat', 'ultralytics']]),
  batch('shards', [
    [IMAGES, ...BATCH_FORMATS, '--shard', '1/2'],
    [IMAGES, ...BATCH_FORMATS, '--shard', '2/2', '--resume'],
  ]),
  batch(
    'failures',
    [
      [`${INPUTS}/broken`, '--format', 'coco'],
      [`${INPUTS}/broken`, '--format', 'coco', '--resume', '--retry-failed'],
    ],
    [1, 1],
  ),
];

const track = (name: string, ...args: string[]): Case => ({
  name: `track ${name}`,
  steps: [['track', ...args]],
  onDevices: true,
});

const TRACK: readonly Case[] = [
  ...['bytetrack', 'botsort', 'tracktrack'].flatMap((tracker) =>
    ['pan', 'zoom'].map((clip) =>
      track(`${tracker} ${clip}`, `${INPUTS}/${clip}.mp4`, '--tracker', tracker, '--out', 'out'),
    ),
  ),
  track('points', `${INPUTS}/pan.mp4`, '--point', '60,60', '--pick', 'smallest', '--out', 'out'),
  track('boxes', `${INPUTS}/pan.mp4`, ...BOXES, '--json'),
  track('still camera', `${INPUTS}/pan.mp4`, '--no-camera-motion', '--track-buffer', '2', '--stride', '2', '--json'),
  track('ultralytics', `${INPUTS}/pan.mp4`, '--compat', 'ultralytics', '--no-retina-masks', '--json'),
  track('images to mot', `${INPUTS}/frames`, '--mot', 'tracks.txt'),
  track('images to webm', `${INPUTS}/frames`, '--fps', '10', '--trails', '3', '--out', 'out.webm'),
];

const fixed = (name: string, ...args: string[]): Case => ({ name, steps: [args], onDevices: false });
const exported = (name: string, ...args: string[]): Case => fixed(`export ${name}`, 'export', ...args, '--out', 'out');

const EXPORT: readonly Case[] = [
  exported('every format', 'demo', '--format', 'onnx,saved_model,tfjs,tfjs_graph', '--imgsz', '320'),
  exported('safetensors', 'demo', '--format', 'safetensors', '--json'),
  exported('half', 'demo', '--format', 'onnx,saved_model,tfjs,tfjs_graph', '--half', '--imgsz', '96,128'),
  exported('half safetensors', 'demo', '--format', 'safetensors', '--half'),
  exported('dynamic', 'demo', '--format', 'onnx,saved_model,tfjs_graph', '--dynamic'),
  exported('nms', 'demo', '--format', 'onnx,saved_model,tfjs_graph', '--nms', '--imgsz', '128'),
  exported('batch and opset', 'demo', '--format', 'onnx', '--batch', '2', '--opset', '13', '--imgsz', '64'),
  exported(
    'three classes',
    `${INPUTS}/three-classes.safetensors`,
    '--format',
    'onnx,saved_model,tfjs,tfjs_graph',
    '--imgsz',
    '64',
  ),
];

const study = (name: string, ...args: string[]): Case => ({
  name: `study ${name}`,
  steps: [['study', ...args, '--cases', '1', '--out', 'out']],
  onDevices: true,
});

const OTHERS: readonly Case[] = [
  fixed('convert', 'convert', 'demo', 'demo.safetensors'),
  fixed('convert to float32', 'convert', `${INPUTS}/dynamic.onnx`, 'out.safetensors', '--dtype', 'float32'),
  fixed(
    'convert to float16',
    'convert',
    `${INPUTS}/three-classes.safetensors`,
    'out.safetensors',
    '--dtype',
    'float16',
  ),
  fixed('info', 'info', `${INPUTS}/three-classes.safetensors`, '--json'),
  {
    name: 'compare',
    steps: [['compare', `${INPUTS}/tiny.safetensors`, '--reference', `${INPUTS}/tiny.reference.safetensors`, '--json']],
    onDevices: true,
  },
  { name: 'val', steps: [['val', `${INPUTS}/yolo/data.yaml`, '--json', '--out', 'out']], onDevices: true },
  { name: 'val COCO', steps: [['val', ANNOTATED[0], '--images', ANNOTATED[1], '--json']], onDevices: true },
  study('proposals', 'proposals', ...ANNOTATED),
  study('edges', 'edges', `${INPUTS}/bsds`, '--max-det', '10'),
  study('instances', 'instances', ...ANNOTATED, '--weigh'),
  study('quality', 'quality', ...ANNOTATED),
  study('salient', 'salient', IMAGES, `${INPUTS}/masks`),
  study('anomaly', 'anomaly', `${INPUTS}/mvtec`),
  study('buildings', 'buildings', IMAGES, '--masks', `${INPUTS}/masks`, '--tile', '256', '--overlap', '64'),
  study('text', 'text', ...ANNOTATED, '--text-model', `${INPUTS}/clip.safetensors`),
  { ...fixed('unknown option', 'segment', COINS, '--imgsize', '320'), codes: [2] },
  { ...fixed('no such file', 'segment', 'none.png', '--device', 'wasm'), codes: [1] },
  { ...fixed('no such model', 'info', 'FastSAM-l'), codes: [2] },
];

/** All cases. */
export const CASES: readonly Case[] = [...SEGMENT, ...BATCH, ...TRACK, ...EXPORT, ...OTHERS];

/** Cases of a checkpoint of the caller's. @param file its name in the folder of inputs. */
export function checkpointCases(file: string): Case[] {
  const path = `${INPUTS}/${file}`;
  return [
    segment(`of ${file}`, IMAGES, '--model', path, '--imgsz', '320', '--conf', '0.25', '--json'),
    fixed(`convert of ${file}`, 'convert', path, 'out.safetensors'),
    exported(`of ${file}`, path, '--format', 'onnx,saved_model,tfjs,tfjs_graph', '--imgsz', '128'),
    fixed(`info of ${file}`, 'info', path, '--json'),
  ];
}
