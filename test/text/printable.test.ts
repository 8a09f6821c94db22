/** Text for people is one line, whatever it is made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FastSAMError, invalidArgument } from '../../src/errors.js';
import { printable, printableJson, visible } from '../../src/text/printable.js';

/** What no line may hold: controls, separators, marks of direction, halves of pairs. Joiners are for emoji. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

describe('hidden characters are written out', () => {
  test.each([
    ['two\nlines', 'two\\nlines'],
    ['a\r\tb', 'a\\r\\tb'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['bell\x07, erase\x7f, CSI\x9b2J', 'bell\\x07, erase\\x7f, CSI\\x9b2J'],
    ['gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['half \ud83d', 'half \\ud83d'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['nul\0', 'nul\\x00'],
  ])('%j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('letters of every script, emoji and joiners stay', () => {
    const text = 'Zürich 図.jpg 🐕‍🦺 می‌خواهم é – “x” C:\\new\\table';
    expect(printable(text)).toBe(text);
  });

  test('whatever comes, it is one bounded line, and a second time changes nothing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.constantFrom('', '\x1b]0;', '\nfastsam: '),
        (a, b) => {
          const text = printable(`${a}${b}${a}`);
          expect(text).not.toMatch(FORBIDDEN);
          expect(text.length).toBeLessThanOrEqual(2000);
          expect(printable(text)).toBe(text);
        },
      ),
    );
  });
});

describe('lengths', () => {
  test('a word keeps 300 characters, its beginning and its end', () => {
    const text = printable(`tensor ${'a'.repeat(100_000)}.weight: got none`);
    expect(text).toMatch(/^tensor a{199}…a+\.weight: got none$/);
    expect(text.split(' ')[1]).toHaveLength(300);
  });

  test('a text keeps 2,000', () => {
    const text = printable('word '.repeat(1_000_000));
    expect(text).toHaveLength(2000);
    expect(text).toContain('…');
  });

  test('no pair of surrogates is cut', () => {
    for (const before of ['', 'x']) {
      const text = printable(before + '😀'.repeat(1000));
      expect(text).not.toMatch(/\\ud/);
      expect(Buffer.from(text).toString()).toBe(text); // half a pair would become U+FFFD
    }
  });

  test('what is written out counts', () => {
    expect(printable('\x1b'.repeat(5000)).length).toBeLessThanOrEqual(2000);
  });

  test('the time grows with the length alone', () => {
    // 20 MB of what regular expressions stumble over; a quadratic one would not come back.
    for (const piece of [' ', 'a', 'a:', '://', 'http://', 'http://u:p@', '\n', "'"]) {
      expect(printable(piece.repeat(20_000_000 / piece.length)).length).toBeLessThanOrEqual(2000);
    }
  });
});

describe('errors', () => {
  test('have clean messages', () => {
    const error = invalidArgument(
      'bad\nfastsam: all is well\x1b[2J: got http://user:s3cret@host/x?token=t0ken, expected less',
    );
    expect(error.message).toBe('bad\\nfastsam: all is well\\x1b[2J: got http://host/x?token=…, expected less');
    expect(error.stack).toContain(error.message);
  });

  test('keep their cause as it is', () => {
    const cause = new Error('two\nlines');
    expect(new FastSAMError('ABORTED', 'x', { cause }).cause).toBe(cause);
  });
});

describe('JSON', () => {
  test('is the same value without hidden characters', () => {
    const value = { 'a\x7f': ['\x9b2J', '\u202e', '\u2028', '\n', '\ud83d', '😀', '\u{e0041}', 'ü'] };
    const text = printableJson(value);
    expect(text).not.toMatch(FORBIDDEN);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('\\u009b2J');
    expect(text).toContain('ü');
  });

  test('keeps its indentation', () => {
    expect(printableJson({ a: ['\x85'] }, 1)).toBe('{\n "a": [\n  "\\u0085"\n ]\n}');
  });
});

test('cells of tables have no bound', () => {
  expect(visible(`${'a'.repeat(5000)}\n`)).toBe(`${'a'.repeat(5000)}\\n`);
});
