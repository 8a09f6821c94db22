/** The options of text prompts: names, defaults and checks. */
import { callback, custom, number, object, oneOf, parseNumber, signal, unchecked } from '../options/kinds.js';
import { BOX_SPELLING } from '../options/promptOptions.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { OnProgress } from '../progress.js';
import { invalid, parsePrompt, rowsOf, type Box } from './parse.js';
import type { TextImageModel } from './textModel.js';
import type { Compat, Prompt } from './types.js';

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
export interface ParsedTexts {
  readonly texts: readonly string[];
  readonly topK: number;
  /** 0: every object reaches it. */
  readonly threshold: number;
  readonly crop: 'masked' | 'box';
  readonly background: Background;
  readonly templates: readonly string[];
  readonly negatives: readonly string[];
  readonly minArea: number;
  /** Empty: the whole image. */
  readonly within: readonly Box[];
  readonly or: Prompt | undefined;
}

const list = (value: unknown): boolean => Array.isArray(value);

/** Every option of `promptText`. */
export const TEXT_OPTIONS = {
  clip: object<TextImageModel>({ text: 'the encoders', otherwise: 'those of the model that made the results' }),
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

/** What the peers have no choice about. */
const OWN = ['threshold', 'crop', 'background', 'templates', 'negatives', 'minArea', 'within'] as const;

/**
 * Checks texts and options and fills in the defaults.
 * @throws FastSAMError `INVALID_PROMPT` for an empty list or text and for options that the peer of `compat` does not know,
 *   `INVALID_ARGUMENT` for unknown options and values out of range.
 */
export function parseTexts(text: string | readonly string[], options: TextOptions, compat?: Compat): ParsedTexts {
  const { topK, threshold, crop, background, templates, negatives, minArea, within, or } = resolve(
    TEXT_OPTIONS,
    options,
  );
  if (compat) requireOwnChoices(text, options, compat);
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

/** The peers choose one object for each text and have no options: refuse what would go unheard. */
function requireOwnChoices(text: string | readonly string[], options: TextOptions, compat: Compat): void {
  const own = OWN.find((name) => options[name] !== undefined) ?? ((options.topK ?? 1) === 1 ? undefined : 'topK');
  if (own) throw invalid(`${own}: compat '${compat}' does not know it, leave it out`);
  if (compat === 'ultralytics') return;
  if (typeof text !== 'string' && text.length > 1)
    throw invalid(`text: got ${text.length}, expected one (compat: casia)`);
  if (options.or) throw invalid("or: compat 'casia' does not know it, leave it out");
}

function textsOf(what: string, value: unknown, least: number): string[] {
  if (!Array.isArray(value)) throw invalid(`${what}: got ${typeof value}, expected a string or a list of them`);
  if (value.length < least) throw invalid(`${what}: got an empty list, expected at least one text`);
  return value.map((text: unknown, i) => {
    if (typeof text !== 'string') throw invalid(`${what}[${i}]: got ${typeof text}, expected a string`);
    if (text.trim() === '') throw invalid(`${what}[${i}]: got an empty text, expected a description`);
    return text;
  });
}

function templatesOf(value: readonly string[]): string[] {
  const templates = textsOf('templates', value, 1);
  const without = templates.find((template) => !template.includes('{}'));
  if (without === undefined) return templates;
  throw invalid(`templates: got '${without}', expected {} in it, where the text goes`);
}

function boxesOf(value: TextOptions['within']): Box[] {
  const boxes = rowsOf('within', value, 4) as unknown as Box[];
  const wrong = boxes.find(([x1, y1, x2, y2]) => !(x2 > x1 && y2 > y1));
  if (!wrong) return boxes;
  throw invalid(`within: got [${wrong.join(', ')}], expected x1 < x2 and y1 < y2 (xyxy, not xywh)`);
}

function checkOr(prompt: Prompt): Prompt {
  const { pick } = parsePrompt(prompt);
  if (pick === 'merge') throw invalid("or: got pick 'merge', expected a choice of objects");
  return prompt;
}
