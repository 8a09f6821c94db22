/** What a sound checkpoint is that is no network of ours: for the message that says so. */
import type { StateDict } from '../weights/tensor.js';

/** A network in words, and what its owner can do. */
export interface ForeignNetwork {
  /** `a YOLO11 segmentation network`. */
  readonly what: string;
  readonly todo: string;
}

type Strings = Readonly<Record<string, string | undefined>>;

const NAMED = 'give FastSAM-s, FastSAM-x or a yolov8n-seg to yolov8x-seg file';

/**
 * Tells other networks by the tensors of their heads and blocks, and by what the file says of itself.
 * @param metadata strings of the checkpoint: class, task, yaml_file and description are read.
 * @returns undefined for a network that has nothing of another one.
 */
export function foreignNetwork(tensors: StateDict, metadata: Strings): ForeignNetwork | undefined {
  const names = [...tensors.keys()];
  const other = OTHER_MODELS.find(({ signs }) => signs.every((sign) => names.some((name) => name.includes(sign))));
  if (other !== undefined) return { what: other.what, todo: other.todo ?? NAMED };
  const rows = rowsOf(names);
  if (rows.size === 0) return undefined;
  const last = Math.max(...rows.keys());
  const head = rows.get(last) ?? new Set<string>();
  const family = familyIn(metadata) ?? familyOfRows(rows, head);
  const task = taskOf(head, metadata, tensors, `model.${last}`);
  const channels = tensors.get('model.0.conv.weight')?.shape.at(1) ?? 3;
  const levels = [0, 1, 2, 3, 4].filter((i) => names.some((name) => name.startsWith(`model.${last}.cv2.${i}.`))).length;
  if (channels !== 3) {
    const what = `a network of ${channels} input channel${channels === 1 ? '' : 's'}`;
    return { what, todo: 'images have 3 here (RGB), give a network that takes them' };
  }
  if (levels > 3) return { what: levelsInWords(family, task, metadata), todo: NAMED };
  if (task.kind !== 'segment') return { what: `${article(family)} ${task.what}`, todo: `${task.todo}; or ${NAMED}` };
  return family === undefined || family === OURS
    ? undefined
    : { what: `${article(family)} segmentation network`, todo: NAMED };
}

const OURS = 'YOLOv8';

const article = (family = 'YOLO'): string => `${family.startsWith('RT') ? 'an' : 'a'} ${family}`;

function levelsInWords(family: string | undefined, task: Task, { yaml_file = '', description = '' }: Strings): string {
  const form =
    ['p6', 'p2'].find((name) => `${yaml_file} ${description}`.toLowerCase().includes(`-${name}`)) ?? 'P6 or P2';
  return `${article(family)} ${form.toUpperCase()} network (${task.kind === 'segment' ? 'segmentation' : task.kind}, 4 levels or more)`;
}

/** The first steps of names below each row: `model.22.cv2.0.0.conv.weight` -> 22: cv2. */
function rowsOf(names: readonly string[]): Map<number, Set<string>> {
  const rows = new Map<number, Set<string>>();
  for (const name of names) {
    const [first, row = '', step = '', ...rest] = name.split('.');
    if (first !== 'model' || !/^\d{1,4}$/.test(row)) continue;
    const steps = rows.get(Number(row)) ?? new Set<string>();
    rows.set(Number(row), steps);
    steps.add(step);
    if (rest.length > 1) steps.add(`${step}.${rest[0]}`).add(`${step}.${rest[0]}.${rest[1]}`);
  }
  return rows;
}

/** Names by which files say their family, the longer ones first. */
const FAMILY_NAMES: readonly (readonly [string, string])[] = [
  ['yoloe', 'YOLOE'],
  ['rtdetr', 'RT-DETR'],
  ['rt-detr', 'RT-DETR'],
  ['worldv2', 'YOLO-World'],
  ['-world', 'YOLO-World'],
  ...['26', '13', '12', '11'].map((version) => [`yolo${version}`, `YOLO${version}`] as const),
  ...['10', '9', '8', '7', '6', '5', '4', '3'].map((version) => [`yolov${version}`, `YOLOv${version}`] as const),
  ['yolox', 'YOLOX'],
];

function familyIn({ yaml_file = '', description = '' }: Strings): string | undefined {
  const text = `${yaml_file} ${description}`.toLowerCase();
  return FAMILY_NAMES.find(([name]) => text.includes(name))?.[1];
}

/** By blocks that only some families have. */
function familyOfRows(rows: ReadonlyMap<number, ReadonlySet<string>>, head: ReadonlySet<string>): string | undefined {
  if (head.has('savpe') || head.has('reprta') || head.has('lrpc')) return 'YOLOE';
  if (head.has('enc_output') || head.has('dec_score_head')) return 'RT-DETR';
  const has = (row: number, step: string): boolean => rows.get(row)?.has(step) === true;
  if (has(10, 'm.0.attn')) return head.has('one2one_cv2') ? 'YOLO26' : 'YOLO11';
  if (has(10, 'attn.qkv') || head.has('one2one_cv2')) return 'YOLOv10';
  if (has(6, 'm.0.0') || has(8, 'm.0.0')) return 'YOLO12';
  if ([...rows.values()].some((steps) => steps.has('cv4.conv') && steps.has('cv2.0'))) return 'YOLOv9';
  if (has(2, 'cv3.conv') || has(2, 'cv3')) return 'YOLOv5';
  return has(2, 'm.0') && has(2, 'cv2') ? OURS : undefined;
}

interface Task {
  readonly kind: string;
  readonly what: string;
  readonly todo: string;
}

const SEGMENT: Task = { kind: 'segment', what: 'segmentation network', todo: NAMED };
const TASKS = new Map<string, Task>([
  ['segment', SEGMENT],
  ['detect', { kind: 'detect', what: 'detector without masks', todo: 'take the -seg model of that family' }],
  ['pose', { kind: 'pose', what: 'pose network', todo: 'poses are not read here' }],
  ['obb', { kind: 'obb', what: 'oriented-box network', todo: 'oriented boxes are not read here' }],
  ['classify', { kind: 'classify', what: 'classification network', todo: 'it has neither boxes nor masks' }],
  ['semantic', { kind: 'semantic', what: 'semantic segmentation network', todo: 'it has no objects to choose among' }],
]);
const CLASS_TASKS = new Map([
  ['DetectionModel', 'detect'],
  ['WorldModel', 'detect'],
  ['RTDETRDetectionModel', 'detect'],
  ['PoseModel', 'pose'],
  ['OBBModel', 'obb'],
  ['ClassificationModel', 'classify'],
]);

/** What a head predicts: by its tensors, where these leave it open by what the file says. */
function taskOf(head: ReadonlySet<string>, metadata: Strings, tensors: StateDict, name: string): Task {
  const task = (kind: string): Task => TASKS.get(kind) ?? SEGMENT;
  if (head.has('proto')) return SEGMENT;
  if (head.has('linear')) return task('classify');
  const said = TASKS.get(metadata.task ?? '') ?? TASKS.get(CLASS_TASKS.get(metadata.class ?? '') ?? '');
  if (said !== undefined && said.kind !== 'segment') return said;
  if (head.has('cv4') && (head.has('cv2') || head.has('one2one_cv2'))) {
    const outputs = [2, 1, 0]
      .map((i) => tensors.get(`${name}.cv4.0.${i}.weight`)?.shape[0])
      .find((n) => n !== undefined);
    if (outputs === undefined) return task('detect');
    return outputs === 1 ? task('obb') : outputs % 3 === 0 || outputs % 2 === 0 ? task('pose') : task('detect');
  }
  return head.has('cv2') || head.has('dec_score_head') || head.has('m') ? task('detect') : SEGMENT;
}

interface OtherModel {
  readonly what: string;
  /** Parts of names that it has, each of them. */
  readonly signs: readonly string[];
  readonly todo?: string;
}

const TEXT_TODO = 'give it as the text encoder (textModel, --text-model), and a segmenter as the model';

const OTHER_MODELS: readonly OtherModel[] = [
  { what: 'a SAM 3 checkpoint', signs: ['detector.', 'geometry_encoder.'] },
  { what: 'a SAM 2 checkpoint', signs: ['image_encoder.trunk.', 'sam_mask_decoder.'] },
  { what: 'a MobileSAM checkpoint', signs: ['image_encoder.layers.', 'mask_decoder.'] },
  { what: 'a SAM checkpoint', signs: ['image_encoder.', 'prompt_encoder.', 'mask_decoder.'] },
  { what: 'a SAM checkpoint (transformers)', signs: ['vision_encoder.', 'mask_decoder.'] },
  { what: 'a CLIP checkpoint', signs: ['visual.', 'token_embedding.'], todo: TEXT_TODO },
  { what: 'a CLIP checkpoint', signs: ['vision_model.', 'text_model.'], todo: TEXT_TODO },
  { what: 'a DETR checkpoint', signs: ['transformer.decoder.', 'query_embed.'] },
  { what: 'a torchvision detector', signs: ['roi_heads.', 'rpn.'] },
  { what: 'a YOLOX checkpoint', signs: ['backbone.backbone.', 'head.cls_preds.'] },
  { what: 'a ResNet checkpoint', signs: ['layer1.0.conv1.', 'layer4.0.conv1.', 'fc.'] },
];
