/** What the tests of the stages share. */
import { expect } from 'vitest';
import type { Results } from '../../../src/index.js';
import { readGolden } from '../../support/golden.js';

/** [row, column, value] or [row, column, channel, value]. */
export type Sample = readonly number[];

/** What tools/golden/stages.py writes. */
interface Golden {
  readonly scenes: readonly GoldenScene[];
  readonly letterboxes: readonly {
    readonly height: number;
    readonly width: number;
    readonly imgsz: number | [number, number];
    readonly stretch: boolean;
    readonly padding: number | [number, number, number];
    readonly shape: readonly [number, number];
    readonly values: readonly Sample[];
  }[];
}

export interface GoldenScene {
  readonly image: string;
  readonly imgsz: number;
  readonly shape: readonly [number, number];
  readonly anchors: number;
  readonly raw: readonly {
    readonly anchor: number;
    readonly box: readonly number[];
    readonly score: number;
    readonly logit: number;
    readonly coefficients: readonly number[];
  }[];
  readonly prototypes: readonly Sample[];
  readonly nms: readonly {
    readonly conf: number;
    readonly iou: number;
    readonly maxDet: number;
    readonly kept: number[];
  }[];
  readonly logits: readonly {
    readonly anchor: number;
    readonly prototype: readonly Sample[];
    readonly image: readonly Sample[];
  }[];
}

export const golden = readGolden<Golden>('stages/stages.json.gz');

/** A float image as tools/golden/stages.py makes it: `height * width * 3`. */
export const floatImage = (height: number, width: number): Float32Array =>
  Float32Array.from({ length: height * width * 3 }, (_, i) => ((i * 7919) % 10007) / 10007);

/** Boxes, scores, classes, anchors and masks, bit for bit. */
export function expectSameResults(got: Results, expected: Results): void {
  expect(got.boxes.xyxy).toEqual(expected.boxes.xyxy);
  expect(got.scores).toEqual(expected.scores);
  expect(got.classes).toEqual(expected.classes);
  expect(got.ids).toEqual(expected.ids);
  expect(got.anchors).toEqual(expected.anchors);
  expect(got.masks.list).toEqual(expected.masks.list);
  expect(got.letterbox).toEqual(expected.letterbox);
  expect(got.imgsz).toEqual(expected.imgsz);
}

/** Values of `array` at the samples' places, and those of the samples. */
export function atSamples(array: ArrayLike<number>, shape: readonly number[], samples: readonly Sample[]) {
  const got = samples.map((sample) => {
    const at = shape.reduce((offset, side, axis) => offset * side + sample[axis], 0);
    return array[at];
  });
  return { got, expected: samples.map((sample) => sample[shape.length]) };
}
