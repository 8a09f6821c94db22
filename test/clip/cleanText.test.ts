import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { cleanText } from '../../src/clip/text/cleanText.js';
import { HtmlReferences } from '../../src/clip/text/htmlReferences.js';
import { repairMojibake } from '../../src/clip/text/mojibake.js';
import { repository } from '../support/paths.js';

const packed = readFileSync(repository('weights/clip-vocabulary.txt.gz'));
const html = new HtmlReferences(gunzipSync(packed).toString().split('\n\n')[1].trimEnd().split('\n'));
const clean = (text: string) => cleanText(text, html);

describe('prompts', () => {
  test.each([
    ['  A  Dog\n\ton a\u00a0mat ', 'a dog on a mat'],
    ['“the dog’s” ‘bone’', `"the dog's" 'bone'`],
    ['ﬂuﬃest ĳs', 'fluffiest ijs'],
    ['ＬＯＵＤ　ﾊﾝ', 'loud ハン'],
    ['e\u0301 \u212b', 'é å'],
    ['a\u0000b\u0007c\ufeffd', 'abcd'],
    ['\u001b[31mred\u001b[0m dog', 'red dog'],
    ['a\r\nb\u2028c', 'a b c'],
    ['a\u001cb', 'ab'],
    ['\u0093quoted\u0094', '"quoted"'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['zero\u200dwidth stays', 'zero\u200dwidth stays'],
  ])('%j becomes %j', (text, wanted) => {
    expect(clean(text)).toBe(wanted);
  });
});

describe('character references of HTML', () => {
  test.each([
    ['caf&eacute; &amp; bar', 'café & bar'],
    ['&amp;amp;lt;', '<'],
    ['fish &amp chips', 'fish & chips'],
    ['&notit;', '¬it;'],
    ['P&EACUTE;REZ', 'pérez'],
    ['&#233;&#xE9;', 'éé'],
    ['&#150;&#0;&#xD800;&#99999999;', '–\ufffd\ufffd\ufffd'],
    ['a&#11;b&#xFFFE;c', 'abc'],
    ['AT&T &xyzzy; & &; &#;', 'at&t &xyzzy; & &; &#;'],
    ['&rsquo;', "'"],
    ['<i>&rsquo;</i>', '<i>’</i>'],
  ])('%j becomes %j', (text, wanted) => {
    expect(clean(text)).toBe(wanted);
  });

  test('two rounds after the repairs, no more', () => {
    expect(clean('<&amp;amp;amp;lt;')).toBe('<&amp;lt;');
  });
});

describe('misread UTF-8', () => {
  test.each([
    ['cafÃ©', 'café'],
    ['donâ€™t', 'don’t'],
    ['â€œquoteâ€\u009d', '“quote”'],
    ['ðŸ˜€', '😀'],
    ['voilÃ le travail', 'voilà le travail'],
    ['cafÃƒÂ©', 'café'],
    ['schÃ¶n 漢字', 'schön 漢字'],
    ['Ð¿Ñ€Ð¸Ð²ÐµÑ‚', 'привет'],
    ['â€œ like this â€\ufffd', '“ like this \ufffd'],
  ])('%j is read as %j', (text, wanted) => {
    expect(repairMojibake(text)).toBe(wanted);
  });

  test.each([
    'café',
    'CAFÉ®',
    'São Paulo',
    'Ångström',
    '£5–£10',
    '5 × 3',
    'naïve “résumé”…',
    'привет',
    'voilà\u00a0«\u00a0oui\u00a0»',
  ])('%j is sound', (text) => {
    expect(repairMojibake(text)).toBe(text);
  });
});
