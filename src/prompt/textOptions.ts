/** The options of text prompts: names, defaults and checks. */
import { callback, custom, number, object, oneOf, parseNumber, signal, unchecked } from '../options/kinds.js';
import { BOX_SPELLING } from './kinds/box.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { OnProgress } from '../progress.js';
import type { Prompt } from './kinds/list.js';
import { pointKind } from './kinds/point.js';
import type { TextQuery } from './kinds/text.js';
import { parsePrompt, partOf, type ParsedPrompt } from './parse.js';
import { isTextImageModel, type TextImageModel } from './textModel.js';
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
  /** `masked` (default): the mask's pixels alone. `box`: everything in the mask's bounding box. */
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

const list = (value: unknown): boolean => Array.isArray(value);

/** Every option of `promptText`. */
export const TEXT_OPTIONS = {
  clip: custom<TextImageModel>('encoders, such as await Clip.load(…)', isTextImageModel, {
    text: 'the encoders',
    otherwise: 'those of the model that made the results',
  }),
  topK: custom<number>(
    'a whole number from 1, or Infinity',
    (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 1),
    {
      text: 'most objects a text',
      otherwise: '1; with threshold: any number',
      cli: { value: '<n>', parse: parseNumber, otherwise: '1; with --text-threshold: any number' },
    },
  ),
  threshold: number(0, 1, {
    text: 'objects of at least this probability for the text',
    cli: { flag: 'text-threshold', value: '<p>' },
  }),
  crop: oneOf(['masked', 'box'], {
    text: "the mask's pixels alone, or everything in its tight box",
    default: 'masked',
  }),
  background: oneOf(['mean', 'black', 'white'], { text: 'colour around the object', default: 'mean' }),
  templates: custom<readonly string[]>('a list of texts with {}', list, {
    text: 'sentences with {} for the text; their features are averaged',
    default: ['{}'],
  }),
  negatives: custom<readonly string[]>('a list of texts', list, {
    text: 'what else an object may be',
    cli: { flag: 'text-negative', value: '<text>', text: 'what else an object may be (may be repeated)', repeat: true },
  }),
  minArea: number(0, Infinity, { text: 'masks of no more than so many pixels are not looked at', default: 100 }),
  within: unchecked<NonNullable<TextOptions['within']>>('[x1, y1, x2, y2] or a list of them', {
    text: 'texts choose among the objects in this box',
    cli: { ...BOX_SPELLING, text: 'texts choose among the objects in this box (may be repeated)' },
  }),
  or: object<Prompt>({ text: 'boxes and points that choose objects as well' }),
  onProgress: callback<OnProgress>({ text: 'receives the progress of the download of the encoders' }),
  signal: signal(),
} satisfies RowsOf<TextOptions>;

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
  const { topK, threshold, crop, background, templates, negatives, minArea, within, or } = resolve(
    TEXT_OPTIONS,
    options,
  );
  rules.checkOptions(text, options);
  return {
    texts: textsOf('text', typeof text === 'string' ? [text] : text, 1),
    topK: topK ?? (threshold === undefined ? 1 : Infinity),
    threshold: threshold ?? 0,
    crop,
    background,
    templates: templatesOf(templates),
    negatives: textsOf('negatives', negatives ?? [], 0),
    minArea,
    within: boxesOf(within),
    or: or && checkOr(or),
  };
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
  if (partOf(parsed, pointKind)?.pick === 'merge') {
    throw invalidPrompt("or: got pick 'merge', expected a choice of objects");
  }
  return parsed;
}
