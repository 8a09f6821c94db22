/** The rows that several commands have and the library does not. */
import { CLIP_CATALOGUE } from '../clip/weights/catalogue.js';
import { flag, integer, text } from '../options/kinds.js';
import { TEXT_MODEL } from '../options/limits.js';
import { CATALOGUE } from '../weights/catalogue.js';

/** The model that comes with the package. */
export const DEFAULT_MODEL = 'demo';

/** `--model`. */
export const MODEL_ROWS = {
  model: text({
    text: `${CATALOGUE.map(({ name }) => name).join(', ')}, or a path or URL of a checkpoint`,
    default: DEFAULT_MODEL,
    cli: { value: '<name>' },
  }),
};

/** `--text-model`. */
export const ENCODER_ROWS = {
  textModel: text({
    text: `encoders of texts and objects: ${CLIP_CATALOGUE.map(({ name }) => name).join(', ')}, a path or URL`,
    otherwise: TEXT_MODEL,
    cli: { value: '<name>' },
  }),
};

/** `--json`. */
export const jsonRow = (about: string) => flag({ text: about, default: false, cli: {} });

/** `--seed`, of random draws. */
export const seedRow = (about: string) => integer(0, 2 ** 32 - 1, { text: about, default: 1, cli: { value: '<n>' } });
