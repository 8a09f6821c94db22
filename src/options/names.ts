/** Names of options: those that a function does not know are errors that say what was meant. */
import { FastSAMError, type FastSAMErrorCode } from '../errors.js';
import { PEER_NAMES } from './peerNames.js';
import { showValue } from './showValue.js';

/** Most names that are proposed. */
const MOST = 3;
/** Names shorter than this are no beginnings of others. */
const SHORTEST_PREFIX = 3;

/**
 * Checks that the options are an object and that all its names are known. Names whose value is undefined are absent.
 * @param prefix of the names in messages, for objects inside options: `nms.`.
 * @throws FastSAMError `INVALID_ARGUMENT`, or another code.
 */
export function checkNames(
  options: unknown,
  known: readonly string[],
  code: FastSAMErrorCode = 'INVALID_ARGUMENT',
  prefix = '',
): asserts options is Readonly<Record<string, unknown>> {
  const given = entriesOf(options);
  if (!given) {
    throw new FastSAMError(code, `${prefix.slice(0, -1) || 'options'}: got ${showValue(options)}, expected an object`);
  }
  for (const [name, value] of given) {
    if (value !== undefined && !known.includes(name)) throw new FastSAMError(code, unknownOption(name, known, prefix));
  }
}

/** Names and values of an object of options; undefined for lists, bytes, dates, maps and what cannot be read. */
function entriesOf(options: unknown): readonly (readonly [string, unknown])[] | undefined {
  try {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) return undefined;
    if (ArrayBuffer.isView(options) || STRANGERS.some((kind) => options instanceof kind)) return undefined;
    return Object.entries(options);
  } catch {
    return undefined;
  }
}

/** Their names are not those of options, so that they would count as options without a name. */
const STRANGERS = [Map, Set, Date, RegExp, Promise, Error, ArrayBuffer] as const;

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');
/** The peers' names: `line_width` and `lineWidth` are one. */
const PEERS = new Map(Object.entries(PEER_NAMES).map(([name, peer]) => [plain(name), peer]));

/** What to say of a name that is not known. */
export function unknownOption(name: string, known: readonly string[], prefix = ''): string {
  const option = `option "${prefix}${name}"`;
  const peer = PEERS.get(plain(name));
  if (peer?.ours !== undefined && known.includes(peer.ours)) return `${option}: is called ${peer.ours} here`;
  const camel = name.replace(/[_-]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
  if (camel !== name && known.includes(camel)) return `${option}: is called ${camel} here`;
  const list = known.join(', ');
  if (peer) return `${option}: not known; ${peer.instead}; known are ${list}`;
  const near = nearestNames(name, known);
  if (near.length === 0) return `${option}: not known; known are ${list}`;
  return `${option}: not known; did you mean ${near.join(' or ')}? Known are ${list}`;
}

/** The known names that are most like this one, the nearest first; `_`, `-` and case make no difference. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const wanted = plain(name);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return known
    .map((other) => ({ other, distance: likeness(wanted, plain(other)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ other }) => other);
}

/** The edit distance; 1 for a name that begins with the other, as `confidence` and `conf` do. */
function likeness(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length >= SHORTEST_PREFIX && long.startsWith(short)) return Math.min(1, long.length - short.length);
  return editDistance(a, b);
}

/** Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, changes and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  rows[0] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed, swapped);
    }
  }
  return rows[a.length][b.length];
}
