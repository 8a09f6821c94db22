/** What is asked of an image in a study whose ground truth is a mask: a point or a box, given or made from the mask. */
import { text } from '../../options/kinds.js';
import { FastSAMError, invalidArgument } from '../../errors.js';
import type { Mask } from '../../mask/mask.js';
import { connectedComponents } from '../../mask/regions.js';
import { union } from '../../mask/setOps.js';
import { parseJson, readText } from '../../platform/textFiles.js';
import { boxKind } from '../../prompt/kinds/box.js';
import type { Prompt } from '../../prompt/kinds/list.js';
import { pointKind } from '../../prompt/kinds/point.js';
import { parsePrompt, partOf } from '../../prompt/parse.js';
import type { Results } from '../../results/results.js';
import { itemKey } from './maskFolder.js';

const KINDS = { box: boxKind, point: pointKind } as const;

/** `box`: the box of each marked region; `point`: its pixel nearest to its centroid. */
export type HintKind = keyof typeof KINDS;
export const HINT_KINDS = Object.keys(KINDS) as readonly HintKind[];

/** The prompt of an image in a study; null: it asks for nothing. */
export type Hint = Prompt | null;

/** The option of studies that take hints; its file is read by `readHints`. */
export const HINTS_ROW = text({
  text: 'JSON with a box or points for each image: { "NAME": { "boxes": …, "points": …, "labels": … } }',
  inIdentity: false,
  cli: { value: '<file>' },
});

const MOST_BYTES = 64 * 2 ** 20;

/** A hint made of the regions that are marked. */
export function hintFrom(truth: Mask, kind: HintKind): Hint {
  const regions = connectedComponents(truth);
  return regions.length === 0 ? null : KINDS[kind].promptFor(regions);
}

/** The part of a hint that is of one kind. */
export function hintOfKind(hint: Hint, kind: HintKind): Hint {
  const keys: readonly string[] = Object.keys(KINDS[kind].options);
  const entries = Object.entries(hint ?? {}).filter(([key]) => keys.includes(key));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/**
 * Indices of the objects that a hint chooses, each once; at a point the object of the best score.
 * @throws FastSAMError `INVALID_PROMPT` for boxes and points outside the image.
 */
export function chosenBy(scene: Results, hint: Hint): number[] {
  if (hint === null || scene.length === 0) return [];
  const { matches } = scene.prompt({ ...hint, pick: 'best' });
  return [...new Set(matches.flatMap(({ objects }) => objects))].sort((a, b) => a - b);
}

/** Pixels of any of some objects; undefined for none. */
export function unionOf(scene: Results, indices: readonly number[]): Mask | undefined {
  return indices
    .map((i) => scene.imageMasks[i])
    .reduce<Mask | undefined>((all, mask) => (all ? union(all, mask) : mask), undefined);
}

/**
 * Reads a file of hints: an object that has for an image's name (its path in the data's folder, with or without the
 * ending) `boxes`, `points` or both, as prompts have them, and perhaps `labels`.
 * @param keys of the images there are.
 * @throws FastSAMError `FILE_UNREADABLE`; `INVALID_ARGUMENT` for files of another form, wrong hints, unknown images.
 */
export async function readHints(path: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Hint>> {
  const json = parseJson(await readText(path, MOST_BYTES), path, 'hints by the names of images');
  if (!isObject(json) || Object.keys(json).length === 0) {
    throw wrong(`${path}: got no hints, expected { "NAME": { "boxes": [[x1, y1, x2, y2]] } }`);
  }
  const hints = new Map<string, Hint>();
  for (const [name, value] of Object.entries(json)) {
    const key = keys.has(name) ? name : itemKey(name);
    if (!keys.has(key)) {
      const [example] = keys;
      throw wrong(`${path}: got a hint for "${name}", expected the name of an image, as "${example}"`);
    }
    if (hints.has(key)) throw wrong(`${path}: got two hints for "${key}", expected one`);
    hints.set(key, hintOf(value, `${path}: "${name}"`));
  }
  return hints;
}

const PARTS: ReadonlySet<string> = new Set<keyof Prompt>(['boxes', 'points', 'labels']);

function hintOf(value: unknown, what: string): Hint {
  if (!isObject(value)) throw wrong(`${what}: got no object, expected boxes or points`);
  const other = Object.keys(value).find((name) => !PARTS.has(name));
  if (other !== undefined) throw wrong(`${what}: got "${other}", expected boxes, points, labels`);
  try {
    const prompt = parsePrompt(value);
    const boxes = partOf(prompt, boxKind)?.boxes ?? [];
    const points = partOf(prompt, pointKind)?.points ?? [];
    const labels = points.map(({ label }) => label);
    if (labels.some((label) => label !== 0 && label !== 1))
      throw wrong(`labels: got ${labels.join(', ')}, expected 0, 1`);
    if (boxes.length === 0 && !labels.includes(1)) throw wrong('got no box and no point with label 1, expected one');
    const inverted = boxes.find(([x1, y1, x2, y2]) => !(x2 > x1 && y2 > y1));
    if (inverted)
      throw wrong(`boxes: got [${inverted.join(', ')}], expected [x1, y1, x2, y2] with x1 < x2 and y1 < y2`);
    return {
      ...(boxes.length > 0 && { boxes }),
      ...(points.length > 0 && { points: points.map(({ x, y }) => [x, y]), labels }),
    };
  } catch (error) {
    throw error instanceof FastSAMError ? wrong(`${what}: ${error.message}`, error) : error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(message: string, cause?: unknown): FastSAMError {
  return invalidArgument(message, { cause });
}
