/** What goes into an exported model and what comes out, laid out as Ultralytics does: names, axes, values. */
import type { Architecture } from '../model/architecture.js';

/** Which objects NMS inside a model keeps; Ultralytics' names. */
export interface NmsLimits {
  /** Lowest score, 0…1. */
  readonly conf: number;
  /** Overlap above which the lower-scored of two boxes of a class goes, 0…1. */
  readonly iou: number;
  /** Rows of the output: most objects an image. */
  readonly maxDet: number;
}

/** The sizes a model is exported for. */
export interface GraphShape {
  /** Pixels of the input, multiples of 32. */
  readonly height: number;
  readonly width: number;
  /** Images at once. */
  readonly batch: number;
  /** Any height, width and batch instead of these. */
  readonly dynamic: boolean;
  /** Non-maximum suppression inside the model. */
  readonly nms?: NmsLimits | undefined;
}

/** One dimension of a tensor. */
export interface Axis {
  readonly name: string;
  /** -1 where any size fits. */
  readonly size: number;
}

/** One float32 input or output. */
export interface Port {
  readonly name: string;
  readonly axes: readonly Axis[];
  /** What the numbers mean, for people. */
  readonly values: string;
}

/** Both ends of a model. */
export interface Ports {
  readonly input: Port;
  readonly outputs: readonly [predictions: Port, prototypes: Port];
}

/** Where the channels of maps stand: ONNX has them before height and width, TensorFlow behind. */
export type MapLayout = 'channelsFirst' | 'channelsLast';

/** Names of the input and the outputs, Ultralytics'. */
export const INPUT = 'images';
export const OUTPUTS = ['output0', 'output1'] as const;

const INPUT_VALUES = 'RGB 0…1, sides multiples of 32';
const ROW_VALUES =
  'centre x, centre y, width, height in pixels of the input, class scores 0…1, mask coefficients; one column an anchor';
const OBJECT_VALUES =
  'x1, y1, x2, y2 in pixels of the input, score 0…1, class, mask coefficients; by falling score, zeros after the last';
const PROTOTYPE_VALUES =
  'mask prototypes at a quarter of the size; mask = sigmoid(coefficients · prototypes) > 0.5 inside the box';

/** The ends of a model of this architecture. TensorFlow's NMS is for one image, so its batch stays 1. */
export function portsOf(
  { height, width, batch, dynamic, nms }: GraphShape,
  { family, classes, maskCoefficients: k }: Architecture,
  layout: MapLayout,
): Ports {
  const axis = (name: string, size: number): Axis => ({ name, size });
  const open = (name: string, size: number): Axis => axis(name, dynamic ? -1 : size);
  const images = nms && layout === 'channelsLast' ? axis('batch', 1) : open('batch', batch);
  const map = (channels: Axis, sides: readonly Axis[]): Axis[] =>
    layout === 'channelsFirst' ? [images, channels, ...sides] : [images, ...sides, channels];
  const anchors = family.head.strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
  const rows = nms
    ? [axis('object', nms.maxDet), axis('value', 6 + k)]
    : [axis('value', 4 + classes + k), open('anchors', anchors)];
  const prototypes = map(axis('prototype', k), [open('mask_height', height / 4), open('mask_width', width / 4)]);
  return {
    input: {
      name: INPUT,
      axes: map(axis('channel', 3), [open('height', height), open('width', width)]),
      values: INPUT_VALUES,
    },
    outputs: [
      { name: OUTPUTS[0], axes: [images, ...rows], values: nms ? OBJECT_VALUES : ROW_VALUES },
      { name: OUTPUTS[1], axes: prototypes, values: PROTOTYPE_VALUES },
    ],
  };
}

/** Sizes of a port's axes. */
export const sizesOf = ({ axes }: Port): number[] => axes.map(({ size }) => size);
