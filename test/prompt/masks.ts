/** Masks for tests of prompts. */
import type { Compat } from '../../src/compat/reference.js';
import { referenceOf } from '../../src/compat/references.js';
import { Mask } from '../../src/mask/mask.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import { parsePrompt } from '../../src/prompt/parse.js';
import { selectByPrompt } from '../../src/prompt/select.js';
import type { PromptTarget, Selection } from '../../src/prompt/types.js';

/** What a prompt chooses from a target, under a peer's rules if one is named. */
export function select(target: PromptTarget, prompt: Prompt, compat?: Compat): Selection {
  return selectByPrompt(target, parsePrompt(prompt), referenceOf(compat).prompts);
}

/** From row-major run lengths that begin with zeros. */
export function maskOfRuns(runs: readonly number[], width: number, height: number): Mask {
  const bitmap = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((length, i) => {
    bitmap.fill(i % 2, at, (at += length));
  });
  return Mask.fromBitmap(bitmap, width, height);
}

/** Row-major run lengths that begin with zeros. */
export function runsOf(mask: Mask): number[] {
  const runs = [0];
  let inside = 0;
  for (const pixel of mask.toBitmap()) {
    if (pixel !== inside) runs.push(0);
    inside = pixel;
    runs[runs.length - 1]++;
  }
  return runs;
}

/** From rows of text: `#` is inside. */
export function maskOf(...rows: string[]): Mask {
  const bitmap = rows.flatMap((row) => Array.from(row, (c) => (c === '#' ? 1 : 0)));
  return Mask.fromBitmap(bitmap, rows[0].length, rows.length);
}

/** Rows of text, as `maskOf` reads them. */
export function textOf(mask: Mask): string[] {
  const bitmap = mask.toBitmap();
  return Array.from({ length: mask.gridHeight }, (_, y) =>
    Array.from(bitmap.subarray(y * mask.gridWidth, (y + 1) * mask.gridWidth), (v) => (v ? '#' : '.')).join(''),
  );
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
