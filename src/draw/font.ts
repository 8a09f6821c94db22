/** A small font for captions: the printable ASCII characters on a grid of at most 5 columns and 8 rows. */

/** Rows of a character: seven above the line, one below it for tails. */
export const GLYPH_ROWS = 8;

/** A character's dots: `rows[r]` has bit `width - 1 - c` set where row r, column c is inked. */
export interface Glyph {
  readonly rows: readonly number[];
  readonly width: number;
}

const SPACE_WIDTH = 3;
const GRID_COLUMNS = 5;
const UNKNOWN = '?';
const BLANK: Glyph = { rows: new Array<number>(GLYPH_ROWS).fill(0), width: SPACE_WIDTH };

// Character, then its rows from the top, each a digit 0 … v of base 32 (16 = leftmost column).
const FONT =
  '0ehhhhhe0 14c4444e0 2eh168gv0 3eh161he0 426aiv220 5vgu11he0 668guhhe0 7v1248880 8ehhehhe0 9ehhf12c0 ' +
  'Aehhvhhh0 Buhhuhhu0 Cehggghe0 Duhhhhhu0 Evggsggv0 Fvggsggg0 Gehgnhhf0 Hhhhvhhh0 Ie44444e0 J72222ic0 ' +
  'Khikokih0 Lggggggv0 Mhrllhhh0 Nhhpljhh0 Oehhhhhe0 Puhhuggg0 Qehhhlid0 Ruhhukih0 Sfgge11u0 Tv4444440 ' +
  'Uhhhhhhe0 Vhhhhha40 Whhhllla0 Xhha4ahh0 Yhhha4440 Zv1248gv0 ' +
  'a00e1fhf0 bggmphhu0 c00egghe0 d11djhhf0 e00ehvge0 f698s8880 g00fhhf1e hggmphhh0 i40c444e0 j206222ic ' +
  'kggikoki0 lc44444e0 m00qllhh0 n00mphhh0 o00ehhhe0 p00uhhugg q00fhhf11 r00mpggg0 s00fge1u0 t88s88960 ' +
  'u00hhhjd0 v00hhha40 w00hhlla0 x00ha4ah0 y00hhhf1e z00v248v0 ' +
  '.00000cc0 ,00000c48 :0cc0cc00 ;0cc0c480 !44444040 ?eh124040 #aavavaa0 %op248j30 +044v4400 -000v0000 ' +
  '_0000000v /11248gg0 \\gg842110 (24888420 )84222480 [e88888e0 ]e22222e0 {64484460 }c44244c0 ' +
  '<248g8420 >84212480 =00v0v000 *04lel400 \'c4800000 "aaa00000 &cik8lid0 @eh1dlle0 $4fke5u40 ^4ah00000 ' +
  '`84200000 ~008l2000 |44444440';

let glyphs: Map<string, Glyph> | undefined;

/** The dots of a character, trimmed to its own width; characters that the font lacks look like a question mark. */
export function glyphOf(character: string): Glyph {
  glyphs ??= readFont();
  return glyphs.get(character) ?? glyphs.get(UNKNOWN) ?? BLANK;
}

function readFont(): Map<string, Glyph> {
  const font = new Map<string, Glyph>([[' ', BLANK]]);
  for (const entry of FONT.split(' ')) {
    font.set(entry[0], trim(Array.from(entry.slice(1), (digit) => parseInt(digit, 32))));
  }
  return font;
}

/** Removes the empty columns at the left and the right. */
function trim(rows: readonly number[]): Glyph {
  const inked = rows.reduce((all, row) => all | row, 0);
  const right = 31 - Math.clz32(inked & -inked);
  const left = 31 - Math.clz32(inked);
  return { rows: rows.map((row) => row >> right), width: Math.min(left - right + 1, GRID_COLUMNS) };
}
