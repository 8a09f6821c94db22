/** Scenes made by hand: results for tests of studies, targets for tests of prompts. */
import { letterboxGeometry } from '../../src/image/letterbox.js';
import type { Mask } from '../../src/mask/mask.js';
import { boundingBox } from '../../src/mask/setOps.js';
import { Results } from '../../src/results/results.js';
import type { ResultsData } from '../../src/record/record.js';
import type { Compat } from '../../src/compat/reference.js';
import { referenceOf } from '../../src/compat/references.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import { parsePrompt } from '../../src/prompt/parse.js';
import type { PromptTarget, Selection } from '../../src/prompt/types.js';
import { greyImage } from './images.js';

/** An image with these masks; boxes are the masks'. */
export function sceneOf(masks: readonly Mask[], scores: readonly number[], more: Partial<ResultsData> = {}): Results {
  const gridWidth = masks.at(0)?.gridWidth ?? 8;
  const gridHeight = masks.at(0)?.gridHeight ?? 8;
  return new Results({
    image: greyImage(gridWidth, gridHeight),
    boxes: Float32Array.from(masks.flatMap((mask) => [...boundingBox(mask)])),
    scores: Float32Array.from(scores),
    masks,
    speed: { preprocess: 0, inference: 0, postprocess: 0 },
    model: 'hand',
    imgsz: 64,
    device: 'none',
    precision: 'fp32',
    letterbox: letterboxGeometry(gridWidth, gridHeight, 64),
    ...more,
  });
}

/** A target whose scores fall from 0.9, with boxes of no meaning unless given. */
export function targetOf(masks: readonly Mask[], width: number, height: number, boxes?: number[][]): PromptTarget {
  return {
    image: { data: new Uint8Array(0), width, height },
    masks,
    scores: Float32Array.from(masks, (_, i) => 0.9 - i / 100),
    boxes: boxes ? Float32Array.from(boxes.flat()) : new Float32Array(masks.length * 4),
  };
}

/** What a prompt chooses from a target, under a peer's rules if one is named. */
export function select(target: PromptTarget, prompt: Prompt, compat?: Compat): Selection {
  return referenceOf(compat).prompts.select(target, parsePrompt(prompt));
}
