/** Repairs of single characters in prompts, the same that ftfy makes by default. */
import { WINDOWS_1252_HIGH } from './codePages.js';

/** Ligatures and digraphs of Latin letters, which copying from typeset pages leaves behind. */
// prettier-ignore
const LIGATURES = new Map<string, string>([
  ['Ĳ', 'IJ'], ['ĳ', 'ij'], ['ŉ', 'ʼn'], ['Ǳ', 'DZ'], ['ǲ', 'Dz'], ['ǳ', 'dz'], ['Ǆ', 'DŽ'], ['ǅ', 'Dž'], ['ǆ', 'dž'],
  ['Ǉ', 'LJ'], ['ǈ', 'Lj'], ['ǉ', 'lj'], ['Ǌ', 'NJ'], ['ǋ', 'Nj'], ['ǌ', 'nj'], ['ﬀ', 'ff'], ['ﬁ', 'fi'], ['ﬂ', 'fl'],
  ['ﬃ', 'ffi'], ['ﬄ', 'ffl'], ['ﬅ', 'ſt'], ['ﬆ', 'st'],
]);
const LIGATURE = new RegExp(`[${[...LIGATURES.keys()].join('')}]`, 'g');
/** Fullwidth Latin, halfwidth katakana and hangul. */
const WIDTH_VARIANT = /[\uff01-\uffef]/g;
const IDEOGRAPHIC_SPACE = /\u3000/g;
const SINGLE_QUOTE = /[\u02bc\u2018-\u201b]/g;
const DOUBLE_QUOTE = /[\u201c-\u201f]/g;
const LINE_BREAK = /\r\n|[\r\u2028\u2029\u0085]/g;
/** With the u flag a pair is one character: what is found stands alone. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;
/** Colours and cursor movements of terminals. */
const TERMINAL_ESCAPE = /\u001b\[[\p{Nd};]*[a-zA-Z]/gu; // eslint-disable-line no-control-regex
/** Characters without a shape: ASCII controls but for white space, old Arabic ones, annotations, byte order marks. */
const INVISIBLE = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g; // eslint-disable-line no-control-regex
const C1_CONTROL = /[\x80-\x9f]/g;

/** One pass over all repairs; a second one may find more to do. The result is in normal form C. */
export function repairCharacters(text: string): string {
  return text
    .replace(C1_CONTROL, (c) => WINDOWS_1252_HIGH[c.charCodeAt(0) - 0x80])
    .replace(LIGATURE, (c) => LIGATURES.get(c) ?? c)
    .replace(IDEOGRAPHIC_SPACE, ' ')
    .replace(WIDTH_VARIANT, (c) => c.normalize('NFKC'))
    .replace(DOUBLE_QUOTE, '"')
    .replace(SINGLE_QUOTE, "'")
    .replace(LINE_BREAK, '\n')
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(TERMINAL_ESCAPE, '')
    .replace(INVISIBLE, '')
    .normalize('NFC');
}
