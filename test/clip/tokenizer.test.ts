import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ClipTokenizer, CONTEXT_LENGTH, END_TOKEN, loadTokenizer, START_TOKEN } from '../../src/clip/text/tokenizer.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { readGolden } from '../support/golden.js';
import { repository } from '../support/paths.js';

type Case = [text: string, count: number, firstTokens: number[]];

const vocabulary = gunzipSync(readFileSync(repository('weights/clip-vocabulary.txt.gz'))).toString();
const tokenizer = ClipTokenizer.load(vocabulary);
const golden = Object.entries(readGolden<Record<string, Case[]>>('clip/tokens.json.gz'));

/** Texts of which the tokens are not those of the reference. */
function different(cases: readonly Case[]): string[] {
  const isSame = ([text, count, first]: Case) => {
    const tokens = tokenizer.tokens(text);
    return tokens.length === count && first.every((token, i) => tokens[i] === token);
  };
  return cases.filter((wanted) => !isSame(wanted)).map(([text]) => text);
}

/** Texts that were read in the wrong encoding: how many of them get the tokens that ftfy leads to. */
const REPAIRED = new Map([
  ['mojibake: Windows-1252 and Latin-1', 148],
  ['mojibake: parts', 150],
  ['mojibake: other pages', 256],
  ['mojibake: by chance', 0],
]);

describe('OpenCLIP with ftfy and regex', () => {
  const exact = golden.filter(([kind]) => !REPAIRED.has(kind));

  test.each(exact)('%s: the same tokens for every string', (_, cases) => {
    expect(different(cases)).toEqual([]);
  });

  test('that is more than 2,000 strings', () => {
    expect(exact.reduce((n, [, cases]) => n + cases.length, 0)).toBeGreaterThan(2000);
  });

  test.each(golden.filter(([kind]) => REPAIRED.has(kind)))('%s: the same tokens for most', (kind, cases) => {
    expect(cases.length - different(cases).length).toBeGreaterThanOrEqual(REPAIRED.get(kind) ?? NaN);
  });
});

describe('words', () => {
  test('a caption, from OpenAI’s documentation', () => {
    const encoded = tokenizer.encode('a photo of a cat');
    expect([...encoded.subarray(0, 8)]).toEqual([49406, 320, 1125, 539, 320, 2368, 49407, 0]);
    expect(encoded.length).toBe(77);
  });

  test('names that every object has are words like others', () => {
    expect(tokenizer.tokens('constructor')).toHaveLength(2);
    expect(tokenizer.tokens('__proto__').length).toBeGreaterThan(1);
  });

  test('contractions are split off, digits stand alone', () => {
    expect(tokenizer.tokens("it's")).toEqual([...tokenizer.tokens('it'), ...tokenizer.tokens("'s")]);
    expect(tokenizer.tokens('2024')).toEqual(['2', '0', '2', '4'].flatMap((digit) => tokenizer.tokens(digit)));
  });

  test('case and blanks make no difference', () => {
    expect(tokenizer.tokens('  A\tYellow \n DOG ')).toEqual(tokenizer.tokens('a yellow dog'));
  });

  test('any string gives tokens of the vocabulary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(tokenizer.tokens(text).every((token) => token >= 0 && token <= END_TOKEN)).toBe(true);
      }),
    );
  });

  test('lone surrogates are read as U+FFFD', () => {
    expect(tokenizer.tokens('dog \ud83d')).toEqual(tokenizer.tokens('dog \ufffd'));
  });
});

describe('length', () => {
  const words = (n: number) => Array.from({ length: n }, () => 'dog').join(' ');

  test('75 tokens fill the context', () => {
    const encoded = tokenizer.encode(words(75), 'error');
    expect(encoded[0]).toBe(START_TOKEN);
    expect(encoded.indexOf(END_TOKEN)).toBe(CONTEXT_LENGTH - 1);
    expect(tokenizer.tokenCount(words(75))).toBe(CONTEXT_LENGTH);
  });

  test('of a longer text the first 75 are taken', () => {
    expect(tokenizer.encode(`${words(75)} zebra`)).toEqual(tokenizer.encode(words(75)));
    expect(tokenizer.tokenCount(`${words(75)} zebra`)).toBe(78);
  });

  test('or it is refused', () => {
    expect(() => tokenizer.encode(words(76), 'error')).toThrow(
      expect.objectContaining({
        code: 'INVALID_PROMPT',
        message: `text "${words(10)} …": got 76 tokens, expected at most 75; shorten it`,
      }),
    );
  });

  test.each(['', '   ', '\n\t', '\u0000', '&nbsp;', '\u3000', '\ufeff'])('a text of nothing is refused: %j', (text) => {
    expect(() => tokenizer.encode(text)).toThrow(expect.objectContaining({ code: 'INVALID_PROMPT' }));
    expect(tokenizer.tokenCount(text)).toBe(2);
  });
});

describe('the vocabulary', () => {
  afterEach(() => {
    usePlatform(nodePlatform);
  });

  const damaged = [
    ['nothing', ''],
    ['another file', '{"model": 1}'],
    ['a cut one', vocabulary.slice(0, 100_000)],
    ['one with a merge of unknown tokens', vocabulary.replace('\nt h\n', '\nqq zz\n')],
  ];
  test.each(damaged)('%s is refused', (_, text) => {
    expect(() => ClipTokenizer.load(text)).toThrow(expect.objectContaining({ code: 'INVALID_CHECKPOINT' }));
  });

  test('a failed load can be tried again; afterwards the tokenizer is kept', async () => {
    let reads = 0;
    const failing = () => Promise.reject(new Error('offline'));
    usePlatform({ ...nodePlatform, readFile: failing });
    await expect(loadTokenizer()).rejects.toThrow('offline');
    usePlatform({ ...nodePlatform, readFile: () => Promise.resolve(Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2)) });
    await expect(loadTokenizer()).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
    // A server that sends .gz as a transfer encoding: the page gets the text.
    const plain = new TextEncoder().encode(vocabulary);
    usePlatform({ ...nodePlatform, readFile: () => Promise.resolve(++reads === 1 ? plain : new Uint8Array()) });
    const [first, second] = await Promise.all([loadTokenizer(), loadTokenizer()]);
    expect(first).toBe(second);
    expect(await loadTokenizer()).toBe(first);
    expect(first.tokens('cat')).toEqual([2368]);
    expect(reads).toBe(1);
  });
});
