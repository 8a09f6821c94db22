/** Small work for every command of the program, so that all it needs is evaluated. */

/** A run of the program. */
export interface Work {
  readonly name: string;
  /** Paths lie in the folder of the inputs (`inputs/`) and of the outputs (`out/`), which both lie in the working folder. */
  readonly args: readonly string[];
}

const WASM = ['--device', 'wasm'];
const IMAGE = 'inputs/images/coins.png';
const ANNOTATED = ['inputs/annotations.json', 'inputs/images'];
const TINY_CLIP = ['--text-model', 'inputs/clip.safetensors'];

const segment = (name: string, ...args: string[]): Work => ({
  name: `segment ${name}`.trim(),
  args: ['segment', ...args, ...WASM, '--out', `out/segment-${name}`],
});

const study = (name: string, ...args: string[]): Work => ({
  name: `study ${name}`,
  args: ['study', name, ...args, ...WASM, '--cases', '1', '--out', `out/study-${name}`],
});

const exported = (format: string, ...args: string[]): Work => ({
  name: `export ${format}`,
  args: ['export', 'demo', '--format', format, ...args, '--out', `out/${format}`],
});

/** In the order of the program's help. Later ones may read what earlier ones wrote. */
export const WORK: readonly Work[] = [
  { name: '--version', args: ['--version'] },
  { name: '--help', args: ['--help'] },
  segment('', IMAGE),
  segment('prompts', IMAGE, '--box', '30,30,90,90', '--point', '60,60', '--pick', 'merge'),
  segment('formats', IMAGE, '--format', 'png,json,coco,yolo,cutout'),
  segment('text', IMAGE, '--text', 'a coin', ...TINY_CLIP),
  segment('video', 'inputs/pan.mp4', '--max-frames', '2'),
  { name: 'track', args: ['track', 'inputs/pan.mp4', ...WASM, '--out', 'out/track'] },
  { name: 'track point', args: ['track', 'inputs/pan.mp4', ...WASM, '--point', '60,60', '--out', 'out/track-point'] },
  { name: 'batch', args: ['batch', 'inputs/images', ...WASM, '--out', 'out/batch'] },
  { name: 'batch merge', args: ['batch', 'merge', 'out/batch'] },
  { name: 'convert', args: ['convert', 'demo', 'out/demo.safetensors'] },
  ...['onnx', 'saved_model', 'tfjs', 'tfjs_graph'].map((format) => exported(format, '--imgsz', '64')),
  exported('safetensors'),
  {
    name: 'compare',
    args: ['compare', 'inputs/tiny.safetensors', '--reference', 'inputs/tiny.reference.safetensors', ...WASM],
  },
  { name: 'info', args: ['info'] },
  { name: 'info demo', args: ['info', 'demo'] },
  { name: 'info .onnx', args: ['info', 'inputs/dynamic.onnx'] },
  { name: 'val', args: ['val', 'inputs/yolo/data.yaml', ...WASM, '--out', 'out/val'] },
  { name: 'val COCO', args: ['val', ANNOTATED[0], '--images', ANNOTATED[1], ...WASM] },
  {
    name: 'bench',
    args: [
      'bench',
      'demo',
      ...WASM,
      '--threads',
      '1',
      '--size',
      '64',
      '--imgsz',
      '64',
      '--image',
      IMAGE,
      '--rounds',
      '1',
    ],
  },
  study('proposals', ...ANNOTATED),
  study('edges', 'inputs/bsds', '--max-det', '10'),
  study('instances', ...ANNOTATED),
  study('quality', ...ANNOTATED),
  study('salient', 'inputs/images', 'inputs/masks'),
  study('anomaly', 'inputs/mvtec'),
  study('buildings', 'inputs/images', '--masks', 'inputs/masks', '--min-area', '10'),
  study('text', ...ANNOTATED, ...TINY_CLIP),
  { name: 'study compare', args: ['study', 'compare', 'out/study-proposals', 'out/study-proposals'] },
  { name: 'setup', args: ['setup', '--print-path'] },
];
