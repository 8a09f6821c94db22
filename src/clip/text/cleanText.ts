/**
 * The clean-up of prompts before they become tokens: `whitespace_clean(basic_clean(text)).lower()` of OpenAI's CLIP.
 */
import { repairCharacters } from './characters.js';
import type { HtmlReferences } from './htmlReferences.js';
import { repairMojibake } from './mojibake.js';

/** White space as Python's `str.split` sees it: with the separators 1C to 1F and 85, without the byte order mark. */
// eslint-disable-next-line no-control-regex
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
/** Lines are repaired until nothing changes, or after this many rounds, which only crafted text needs. */
const MOST_ROUNDS = 16;

/** @param isHtml whether the text holds tags, so that its references are kept (ftfy's guess). */
function repairLine(line: string, isHtml: boolean, html: HtmlReferences): string {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = line;
    // Sixteen rounds of sixteen would be too many for crafted text; other text needs one or two of each.
    const most = Math.max(1, MOST_ROUNDS >> round);
    line = repairCharacters(repairMojibake(isHtml ? line : html.unescapeClosed(line), most));
    if (line === before) break;
  }
  return line;
}

/** Repairs text as `ftfy.fix_text` by default, line by line. From the first "<" on, lines count as HTML. */
function repair(text: string, html: HtmlReferences): string {
  let isHtml = false;
  const repaired: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    isHtml ||= line.includes('<');
    repaired.push(repairLine(line, isHtml, html));
  }
  return repaired.join('');
}

/** The text that is split into words: repaired, without references of HTML, single spaces, lower case; may be empty. */
export function cleanText(text: string, html: HtmlReferences): string {
  const plain = html.unescape(html.unescape(repair(text, html)));
  return plain.replace(WHITE_SPACE, ' ').trim().toLowerCase();
}
