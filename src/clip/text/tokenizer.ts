/** CLIP's tokenizer: from any text to 77 numbers, as OpenAI's `clip.tokenize` (and OpenCLIP's). */
import { gunzipSync } from 'fflate';
import { FastSAMError } from '../../errors.js';
import { platform } from '../../platform/platform.js';
import { BytePairEncoder, MergeListError } from './bpe.js';
import { cleanText } from './cleanText.js';
import { HtmlReferences } from './htmlReferences.js';
import { plural } from '../../options/showValue.js';

/** Tokens that every CLIP text encoder takes at once, start and end among them. */
export const CONTEXT_LENGTH = 77;
/** First token of every text. */
export const START_TOKEN = 49406;
/** Last token of every text, and the largest. Encoders read the text's features at its position. */
export const END_TOKEN = 49407;
/** Merges of the published list that CLIP's vocabulary of 49,408 tokens uses. */
const MERGE_COUNT = START_TOKEN - 512;

const VOCABULARY_FILE = 'weights/clip-vocabulary.txt.gz';
const GZIP_MAGIC = [0x1f, 0x8b];

const SPECIAL = new Map([
  ['<|startoftext|>', START_TOKEN],
  ['<|endoftext|>', END_TOKEN],
]);
/**
 * Words: the special tokens, English contractions, runs of letters, single digits, runs of anything else. The only
 * white space left by the clean-up is the space. Python's `regex` ignores case here, so a long s is an s. A lone iota
 * subscript (U+0345, a mark whose capital is a letter) belongs to no word.
 */
const WORD = /<\|startoftext\|>|<\|endoftext\|>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^ \p{L}\p{N}\u0345]+/gu;

/** For a text of more than 75 tokens: cut off its end, or throw an error. */
export type OverlongText = 'truncate' | 'error';

/** Turns prompts into tokens. Load it with `loadTokenizer`. */
export class ClipTokenizer {
  readonly #utf8 = new TextEncoder();
  readonly #pairs: BytePairEncoder;
  readonly #html: HtmlReferences;

  private constructor(pairs: BytePairEncoder, html: HtmlReferences) {
    this.#pairs = pairs;
    this.#html = html;
  }

  /**
   * @param vocabulary text of weights/clip-vocabulary.txt: the merges, an empty line, the character references of HTML.
   * @throws FastSAMError `INVALID_CHECKPOINT` if it is not that.
   */
  static load(vocabulary: string): ClipTokenizer {
    const [merges = '', references = ''] = vocabulary.split('\n\n');
    const lines = merges.split('\n');
    if (lines.length !== MERGE_COUNT) throw noVocabulary(`${lines.length} lines before the first empty one`);
    try {
      return new ClipTokenizer(new BytePairEncoder(lines), new HtmlReferences(references.trimEnd().split('\n')));
    } catch (error) {
      if (error instanceof MergeListError) throw noVocabulary(error.message, error);
      throw error;
    }
  }

  /** All tokens of the text without start and end: none for an empty text, more than fit for a long one. */
  tokens(text: string): number[] {
    const tokens: number[] = [];
    for (const [word] of cleanText(text, this.#html).matchAll(WORD)) {
      const special = SPECIAL.get(word);
      if (special !== undefined) tokens.push(special);
      else for (const token of this.#pairs.encode(this.#utf8.encode(word))) tokens.push(token);
    }
    return tokens;
  }

  /** Tokens of the text with start and end. Above `CONTEXT_LENGTH`, `encode` has to leave something out. */
  tokenCount(text: string): number {
    return this.tokens(text).length + 2;
  }

  /**
   * The encoders' input: start, tokens, end, zeros. A text of more than 75 tokens is cut after 75 (as in Ultralytics
   * and OpenCLIP); with `'error'` it is refused (as in OpenAI's code and CASIA).
   * @returns [77] tokens
   * @throws FastSAMError `INVALID_PROMPT` for a text without a single token, or one too long under `'error'`.
   */
  encode(text: string, overlong: OverlongText = 'truncate'): Int32Array {
    const tokens = this.tokens(text);
    if (tokens.length === 0) {
      throw new FastSAMError('INVALID_PROMPT', 'text: got nothing but blanks, expected a description; write one');
    }
    const most = CONTEXT_LENGTH - 2;
    if (tokens.length > most && overlong === 'error') {
      const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
      throw new FastSAMError(
        'INVALID_PROMPT',
        `text "${shown}": got ${plural(tokens.length, 'token')}, expected at most ${most}; shorten it`,
      );
    }
    const encoded = new Int32Array(CONTEXT_LENGTH);
    const kept = tokens.slice(0, most);
    encoded.set([START_TOKEN, ...kept, END_TOKEN]);
    return encoded;
  }
}

function noVocabulary(got: string, cause?: unknown): FastSAMError {
  const expected = `CLIP's ${MERGE_COUNT} merges`;
  return new FastSAMError('INVALID_CHECKPOINT', `vocabulary: got ${got}, expected ${expected}; install again`, {
    cause,
  });
}

let loading: Promise<ClipTokenizer> | undefined;

/**
 * The tokenizer, with the vocabulary that comes with the package (220 kB). It is read at the first call and kept, so
 * pages without text prompts never fetch it.
 * @throws FastSAMError `FILE_UNREADABLE` if the file cannot be read, `INVALID_CHECKPOINT` if it is damaged.
 */
export function loadTokenizer(): Promise<ClipTokenizer> {
  loading ??= readVocabulary().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function readVocabulary(): Promise<ClipTokenizer> {
  const bytes = await platform().readFile(platform().packageFile(VOCABULARY_FILE));
  return ClipTokenizer.load(new TextDecoder().decode(unpack(bytes)));
}

/** Some servers send .gz files as a transfer encoding, so that pages get them unpacked. */
function unpack(bytes: Uint8Array): Uint8Array {
  if (!GZIP_MAGIC.every((byte, i) => bytes[i] === byte)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw noVocabulary('a damaged file', error);
  }
}
