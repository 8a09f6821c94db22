/** Small results for tests. */
import type { Mask } from '../../src/mask/mask.js';
import { decodeRle } from '../../src/mask/rle.js';
import type { ResultsData } from '../../src/record/record.js';
import { Results } from '../../src/results/results.js';
import { readGolden } from './golden.js';

/** Results of masks on one grid; boxes around the grid, scores 0.75, 0.5, 0.25 … */
export function resultsOf(masks: readonly Mask[], changes: Partial<ResultsData> = {}): Results {
  const { width, height } = changes.image ?? gridOf(masks);
  return new Results({
    image: { data: new Uint8Array(width * height * 3), width, height },
    boxes: Float32Array.from(masks.flatMap(() => [0, 0, width, height])),
    scores: Float32Array.from(masks, (_, i) => 0.75 / 2 ** i),
    masks,
    speed: { preprocess: 1.256, inference: 20, postprocess: 3.001 },
    model: 'tiny',
    imgsz: 32,
    device: 'wasm',
    precision: 'fp32',
    letterbox: {
      ...{ imageWidth: width, imageHeight: height, netWidth: 32, netHeight: 32, width: 32, height: 32 },
      ...{ top: 0, bottom: 0, left: 0, right: 0 },
    },
    ...changes,
  });
}

function gridOf(masks: readonly Mask[]): { width: number; height: number } {
  return masks.length > 0 ? { width: masks[0].gridWidth, height: masks[0].gridHeight } : { width: 4, height: 4 };
}

/** One image of tools/golden/results.py. */
export interface GoldenCase {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: number[];
  readonly scores: number[];
  readonly masks: string[];
  readonly areas: number[];
  readonly xywh: number[];
  readonly xyxyn: number[];
  readonly xywhn: number[];
  /** Rings of pixel corners that pycocotools decodes to the mask with filled holes. */
  readonly rings: number[][][];
  readonly txt: string;
  readonly txtConf: string;
}

/** The images that tools/golden/results.py wrote. */
export function goldenCases(): GoldenCase[] {
  return readGolden<GoldenCase[]>('results/results.json');
}

/** The results of a golden image. */
export function goldenResults(golden: GoldenCase): Results {
  const { width, height } = golden;
  const masks = golden.masks.map((counts) => decodeRle({ size: [height, width], counts }));
  return resultsOf(masks, { boxes: Float32Array.from(golden.boxes), scores: Float32Array.from(golden.scores) });
}

/** Numbers of the objects in the whole scene. */
export const idsOf = (results: Results): number[] => [...results.ids];
