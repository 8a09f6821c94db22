/** Messages for sound checkpoints of other networks (tools/golden/foreign.py made their names and shapes). */
import { describe, expect, test } from 'vitest';
import { inferArchitecture } from '../../src/model/check.js';
import { openCheckpoint } from '../../src/model/open.js';
import type { WeightTensor } from '../../src/weights/tensor.js';
import { errorOf, rejectionOf } from '../support/errors.js';
import { goldenBytes, readGolden } from '../support/golden.js';

interface Described {
  readonly class: string;
  readonly yaml_file: string;
  readonly task: string;
  readonly tensors: readonly (readonly [string, readonly number[]])[];
}

const FOREIGN = readGolden<Record<string, Described>>('networks/foreign.json.gz');

const tensorsOf = (entries: Described['tensors']): Map<string, WeightTensor> =>
  new Map(entries.map(([name, shape]) => [name, { dtype: 'float32', shape, toFloat32: () => new Float32Array() }]));

/** What each is called, with and without what the file says of itself. */
const CASES: readonly (readonly [file: string, what: string, bare?: string])[] = [
  ['yolo11n-seg', 'a YOLO11 segmentation network'],
  ['yolo12n-seg', 'a YOLO12 segmentation network'],
  ['yolov9c-seg', 'a YOLOv9 segmentation network'],
  ['yolo26n-seg', 'a YOLO26 segmentation network'],
  ['yoloe-11s-seg', 'a YOLOE segmentation network'],
  ['yolov8n', 'a YOLOv8 detector without masks'],
  ['yolo11n', 'a YOLO11 detector without masks'],
  ['yolov8n-pose', 'a YOLOv8 pose network'],
  ['yolov8n-obb', 'a YOLOv8 oriented-box network'],
  ['yolov8n-cls', 'a YOLOv8 classification network'],
  ['yolov8n-seg-p6', 'a YOLOv8 P6 network', 'a YOLOv8 P6 OR P2 network'],
  ['yolov8n-p2', 'a YOLOv8 P2 network', 'a YOLOv8 P6 OR P2 network'],
  ['yolov5n', 'a YOLOv5 detector without masks'],
  ['yolov3', 'a YOLOv3 detector without masks', 'detector without masks'],
  ['yolov10n', 'a YOLOv10 detector without masks'],
  ['yolov8s-worldv2', 'a YOLO-World detector without masks', 'a YOLOv8 detector without masks'],
  ['rtdetr-l', 'an RT-DETR detector without masks'],
  ['1 channels', 'a network of 1 input channel,'],
  ['4 channels', 'a network of 4 input channels,'],
];

describe.each(CASES.map(([file, what, bare = what]) => ({ file, what, bare })))('$file', ({ file, what, bare }) => {
  const { tensors, ...strings } = FOREIGN[file];
  test.each([
    ['with its description', { ...strings }, what],
    ['by its tensors alone', {}, bare],
  ])('%s', (_, metadata, expected) => {
    const { code, message } = errorOf(() => inferArchitecture(tensorsOf(tensors), metadata));
    expect(code).toBe('CHECKPOINT_MISMATCH');
    expect(message).toContain(expected);
    expect(message).not.toMatch(/whole|damaged|get it again/);
    expect(message.length).toBeLessThan(250);
  });
});

describe.each([
  [
    'a SAM checkpoint',
    ['image_encoder.pos_embed', 'prompt_encoder.no_mask_embed.weight', 'mask_decoder.iou_token.weight'],
  ],
  ['a SAM 2 checkpoint', ['image_encoder.trunk.pos_embed', 'sam_mask_decoder.iou_token.weight']],
  ['a MobileSAM checkpoint', ['image_encoder.layers.0.blocks.0.conv1.c.weight', 'mask_decoder.iou_token.weight']],
  ['a CLIP checkpoint', ['visual.proj', 'token_embedding.weight']],
  ['a ResNet checkpoint', ['layer1.0.conv1.weight', 'layer4.0.conv1.weight', 'fc.weight']],
])('%s', (what, names) => {
  test('is called so', () => {
    const tensors = tensorsOf(names.map((name) => [name, [1]]));
    expect(errorOf(() => inferArchitecture(tensors)).message).toContain(
      `got ${what}, expected a YOLOv8-seg or FastSAM`,
    );
  });
});

test.each(['int8'])('%s ONNX', async (form) => {
  const { code, message } = await rejectionOf(() => openCheckpoint(goldenBytes(`onnx/${form}.onnx.gz`)));
  expect(code).toBe('UNSUPPORTED_CHECKPOINT');
  expect(message).toMatch(/int8-quantised network .*export the model again without quantisation/);
});
