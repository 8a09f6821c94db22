/** `--text` and what belongs to it. */
import { InvalidArgumentError, type Command } from 'commander';
import { Clip } from '../clip/clip.js';
import type { Compat } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import { FastSAMError } from '../errors.js';
import type { LoadOptions } from '../model/loadOptions.js';
import { parseTexts, type TextOptions } from '../prompt/textOptions.js';
import type { Prompt } from '../prompt/kinds/list.js';
import type { Results } from '../results/results.js';
import { ProgressLine } from './progress.js';
import { collect, numberOption, numbersOption } from './run.js';

/** Both peers' encoders. */
const DEFAULT_TEXT_MODEL = 'ViT-B/32';

/** The options as commander hands them over. */
export interface TextCommandOptions {
  readonly text?: string[];
  readonly textModel?: string;
  readonly topK?: number;
  readonly textThreshold?: number;
  readonly textNegative?: string[];
  readonly within?: number[][];
}

/** Adds the options to a command. */
export function addTextOptions(command: Command): Command {
  return command
    .option('--text <text>', 'the object that a text means (may be repeated)', collect(textOption))
    .option(
      '--text-model <name>',
      `encoders of texts and objects: ViT-B/32, ViT-B/16, ViT-L/14, ViT-L/14@336px, a path or URL [${DEFAULT_TEXT_MODEL}]`,
    )
    .option('--top-k <n>', 'most objects a text [1; with --text-threshold: any number]', numberOption(1, 100_000, true))
    .option('--text-threshold <p>', 'objects of at least this probability for the text', numberOption(0, 1))
    .option('--text-negative <text>', 'what else an object may be (may be repeated)', collect(textOption))
    .option(
      '--within <x1,y1,x2,y2>',
      'texts choose among the objects in this box (may be repeated)',
      collect(numbersOption([4], 'x1,y1,x2,y2')),
    );
}

function textOption(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a description.');
  return text;
}

/** Text prompts of one run of the command. */
export interface TextPrompts {
  /** @param or boxes and points that choose objects as well. */
  choose(results: Results, or: Prompt | undefined): Promise<Results>;
  dispose(): void;
}

/** How the encoders are loaded. */
export type EncoderOptions = Pick<LoadOptions, 'precision' | 'graphWeights'> & { readonly signal: AbortSignal };

/**
 * Checks the options before anything is loaded.
 * @returns what loads the encoders, showing progress; undefined where no text was given. A model has to be loaded before,
 *   for the device.
 * @throws FastSAMError `INVALID_ARGUMENT`, `INVALID_PROMPT`.
 */
export function textPrompts(
  options: TextCommandOptions,
  or: Prompt | undefined,
  compat: Compat | undefined,
): ((load: EncoderOptions) => Promise<TextPrompts>) | undefined {
  const { text, textModel = DEFAULT_TEXT_MODEL } = options;
  const asked = optionsOf(options);
  if (!text) {
    const alone = options.textModel !== undefined || Object.keys(asked).length > 0;
    if (!alone) return undefined;
    throw new FastSAMError('INVALID_ARGUMENT', 'options of text prompts: got no --text; give one');
  }
  parseTexts(text, { ...asked, ...(or && { or }) }, referenceOf(compat).texts);
  return async ({ signal, ...load }) => {
    const clip = await loadEncoders(textModel, { ...load, signal });
    return {
      choose: (results, also) => results.promptText(text, { ...asked, ...(also && { or: also }), clip, signal }),
      dispose() {
        clip.dispose();
      },
    };
  };
}

function optionsOf({ topK, textThreshold, textNegative, within }: TextCommandOptions): TextOptions {
  return {
    ...(topK !== undefined && { topK }),
    ...(textThreshold !== undefined && { threshold: textThreshold }),
    ...(textNegative && { negatives: textNegative }),
    ...(within && { within }),
  };
}

async function loadEncoders(name: string, options: EncoderOptions): Promise<Clip> {
  const line = new ProgressLine();
  try {
    return await Clip.load(name, {
      ...options,
      onProgress: line.download,
    });
  } finally {
    line.clear();
  }
}
