/** The options of text prompts: names, defaults and checks. */
import { checkFunction, checkInteger, checkNames, checkNumber, checkOneOf, checkSignal } from '../options/checks.js';
import type { OnProgress } from '../progress.js';
import type { Prompt } from './kinds/list.js';
import { pointKind } from './kinds/point.js';
import type { TextQuery } from './kinds/text.js';
import { parsePrompt, partOf, type ParsedPrompt } from './parse.js';
import type { TextImageModel } from './textModel.js';
import type { Box } from './types.js';
import { invalidPrompt, rowsOf } from './values.js';

/** What stands around an object in its crop. */
export type Background = 'mean' | 'black' | 'white';

/** Options of `Results.promptText`. Under `compat` only those hold that the peer knows. */
export interface TextOptions {
  /** The encoders. Default: those of the model that made the results (`LoadOptions.textModel`). */
  clip?: TextImageModel;
  /** Most objects for each text, best first. Default 1; with `threshold` alone: any number. */
  topK?: number;
  /** Objects need at least this probability (see `TextScore`), 0…1. Default: none, so that every text chooses. */
  threshold?: number;
  /** `masked` (default): the mask's pixels alone. `box`: everything in the mask's tight box. */
  crop?: 'masked' | 'box';
  /** Colour around the object. Default `mean`: CLIP's mean colour, which its normalisation makes almost 0. */
  background?: Background;
  /** Sentences with `{}` for the text; their features are averaged. Default `['{}']`: the text itself. */
  templates?: readonly string[];
  /**
   * What else an object may be: then its probability is that of the text among these, and no object's depends on another's.
   * So a text can be found many times or not at all.
   */
  negatives?: readonly string[];
  /** Masks of no more than so many pixels of the image are not looked at. Default 100, as in both peers. */
  minArea?: number;
  /** Only objects that lie in this box, or in one of several: more than half of their pixels. */
  within?: readonly number[] | readonly (readonly number[])[];
  /** Boxes and points that choose objects as well, as in `Results.prompt` (`pick: 'merge'` aside). */
  or?: Prompt;
  /** Receives the progress of the download of the encoders. */
  onProgress?: OnProgress;
  /** Cancels the call between its stages. */
  signal?: AbortSignal;
}

/** Text prompts in their one form. */
export interface ParsedTexts extends TextQuery {
  readonly crop: 'masked' | 'box';
  readonly background: Background;
  readonly templates: readonly string[];
  readonly negatives: readonly string[];
  readonly minArea: number;
  /** Empty: the whole image. */
  readonly within: readonly Box[];
  readonly or: ParsedPrompt | undefined;
}

/** Options that a reference implementation has no choice about. */
export interface TextOptionRules {
  /**
   * Refuses such options, so that nothing goes unheard.
   * @throws FastSAMError `INVALID_PROMPT`
   */
  checkOptions(text: string | readonly string[], options: TextOptions): void;
}

const BACKGROUNDS: readonly Background[] = ['mean', 'black', 'white'];
const KNOWN: ReadonlySet<string> = new Set<keyof TextOptions>([
  ...([
    'clip',
    'topK',
    'threshold',
    'crop',
    'background',
    'templates',
    'negatives',
    'minArea',
    'within',
    'or',
  ] as const),
  ...(['onProgress', 'signal'] as const),
]);
const SMALL = 100;

/**
 * Checks texts and options and fills in the defaults.
 * @throws FastSAMError `INVALID_PROMPT` for an empty list or text and for options that the rules refuse,
 *   `INVALID_ARGUMENT` for unknown options and values out of range.
 */
export function parseTexts(
  text: string | readonly string[],
  options: TextOptions,
  rules: TextOptionRules = { checkOptions: () => undefined },
): ParsedTexts {
  checkNames(options, KNOWN);
  checkSignal(options.signal);
  checkFunction('onProgress', options.onProgress);
  rules.checkOptions(text, options);
  const { threshold } = options;
  return {
    texts: textsOf('text', typeof text === 'string' ? [text] : text, 1),
    topK: topKOf(options),
    threshold: threshold === undefined ? 0 : checkNumber('threshold', threshold, 0, 1),
    crop: checkOneOf('crop', options.crop ?? 'masked', ['masked', 'box'] as const),
    background: checkOneOf('background', options.background ?? 'mean', BACKGROUNDS),
    templates: templatesOf(options.templates ?? ['{}']),
    negatives: textsOf('negatives', options.negatives ?? [], 0),
    minArea: checkNumber('minArea', options.minArea ?? SMALL, 0, Infinity),
    within: boxesOf(options.within),
    or: options.or === undefined ? undefined : checkOr(options.or),
  };
}

function topKOf({ topK, threshold }: TextOptions): number {
  if (topK === undefined) return threshold === undefined ? 1 : Infinity;
  return topK === Infinity ? topK : checkInteger('topK', topK, 1, Number.MAX_SAFE_INTEGER);
}

function textsOf(what: string, value: unknown, least: number): string[] {
  if (!Array.isArray(value)) throw invalidPrompt(`${what}: got ${typeof value}, expected a string or a list of them`);
  if (value.length < least) throw invalidPrompt(`${what}: got an empty list, expected at least one text`);
  return value.map((text: unknown, i) => {
    if (typeof text !== 'string') throw invalidPrompt(`${what}[${i}]: got ${typeof text}, expected a string`);
    if (text.trim() === '') throw invalidPrompt(`${what}[${i}]: got an empty text, expected a description`);
    return text;
  });
}

function templatesOf(value: readonly string[]): string[] {
  const templates = textsOf('templates', value, 1);
  const without = templates.find((template) => !template.includes('{}'));
  if (without === undefined) return templates;
  throw invalidPrompt(`templates: got '${without}', expected {} in it, where the text goes`);
}

function boxesOf(value: TextOptions['within']): Box[] {
  const boxes = rowsOf('within', value, 4) as unknown as Box[];
  const wrong = boxes.find(([x1, y1, x2, y2]) => !(x2 > x1 && y2 > y1));
  if (!wrong) return boxes;
  throw invalidPrompt(`within: got [${wrong.join(', ')}], expected x1 < x2 and y1 < y2 (xyxy, not xywh)`);
}

function checkOr(prompt: Prompt): ParsedPrompt {
  const parsed = parsePrompt(prompt);
  if (parsed.parts.length === 0) throw invalidPrompt('or: got no boxes and no points, leave it out');
  if (partOf(parsed, pointKind)?.pick === 'merge') {
    throw invalidPrompt("or: got pick 'merge', expected a choice of objects");
  }
  return parsed;
}
