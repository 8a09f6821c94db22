/** `--text` and what belongs to it. */
import type { Command } from 'commander';
import type { Compat } from '../compat/reference.js';
import { referenceOf } from '../compat/references.js';
import type { LoadOptions } from '../model/loadOptions.js';
import { parseTexts } from '../prompt/textOptions.js';
import type { Prompt } from '../prompt/kinds/list.js';
import { invalidArgument } from '../errors.js';
import { custom } from '../options/kinds.js';
import { TEXT_MODEL } from '../options/limits.js';
import { TEXT_OPTIONS } from '../prompt/textOptions.js';
import type { Results } from '../results/results.js';
import { ENCODER_ROWS } from './commonRows.js';
import { showDownload } from './loadModel.js';
import { addRows, picked, type CommandValues } from './rows.js';

const TEXT_ROWS = {
  text: custom<readonly string[]>('a description', isDescribed, {
    text: 'the object that a text means (may be repeated)',
    cli: { value: '<text>', repeat: true },
  }),
};

function isDescribed(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string' && text.trim() !== '');
}

/** Adds the options to a command. */
export function addTextRows(command: Command): Command {
  return addRows(addRows(addRows(command, TEXT_ROWS), ENCODER_ROWS), TEXT_OPTIONS);
}

/** Text prompts of one run of the command. */
export interface TextPrompts {
  /** The objects that the texts mean, and those that the boxes and points choose. */
  choose(results: Results): Promise<Results>;
  dispose(): void;
}

/** How the encoders are loaded. */
export type EncoderOptions = Pick<LoadOptions, 'precision' | 'graphWeights'> & { readonly signal: AbortSignal };

/**
 * Checks the options before anything is loaded.
 * @param or boxes and points that choose objects as well.
 * @returns what loads the encoders, showing progress; undefined where no text was given. A model has to be loaded before,
 *   for the device.
 * @throws FastSAMError `INVALID_ARGUMENT`, `INVALID_PROMPT`.
 */
export function textPrompts(
  values: CommandValues,
  or: Prompt | undefined,
  compat: Compat | undefined,
): ((load: EncoderOptions) => Promise<TextPrompts>) | undefined {
  const { text } = picked(TEXT_ROWS, values);
  const { textModel } = picked(ENCODER_ROWS, values);
  const given = picked(TEXT_OPTIONS, values);
  if (!text) {
    const alone = textModel !== undefined || Object.keys(given).length > 0;
    if (!alone) return undefined;
    throw invalidArgument('options of text prompts: got no --text; give one');
  }
  const options = { ...given, ...(or && { or }) };
  parseTexts(text, options, referenceOf(compat).texts);
  return async (load) => {
    const { Clip } = await import('../clip/clip.js');
    const clip = await showDownload((onProgress) => Clip.load(textModel ?? TEXT_MODEL, { ...load, onProgress }));
    const { signal } = load;
    return {
      choose: (results) => results.promptText(text, { ...options, clip, signal }),
      dispose() {
        clip.dispose();
      },
    };
  };
}
