/** How sound data files are damaged: their bytes, or the values in them. */
import { JSON_FORMATS, LINE_FORMATS, TEXT_SEEDS } from './dataSeeds.js';
import { TOKENS } from './dataTokens.js';
import type { Random } from './random.js';

/** Values in place of those of a file. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e7,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  '',
  '1',
  'x\u001b[31m\n',
  [],
  {},
  [[]],
  [null],
  [[[[]]]],
  { size: null, counts: null },
  { size: [40, 60], counts: 'PQ0\u0000' },
  { size: [1e6, 1e6], counts: [1e12] },
];

/** The bytes of one case, and what was done. */
export function makeDataCase(
  format: string,
  mats: readonly Uint8Array[],
  random: Random,
): { readonly kind: string; readonly bytes: Uint8Array } {
  if (format === 'mat') return { kind: 'damaged', bytes: damaged(random.pick(mats), mats, random) };
  const texts = TEXT_SEEDS[format];
  const seeds = texts.map((text) => new TextEncoder().encode(text));
  const kind = random.below(10);
  if (kind < 3) return { kind: 'damaged', bytes: damaged(random.pick(seeds), seeds, random) };
  if (kind === 3) return { kind: 'random', bytes: random.bytes(random.below(300)) };
  if (kind === 4)
    return { kind: 'UTF-16', bytes: Uint8Array.from(Buffer.from(`\uFEFF${random.pick(texts)}`, 'utf16le')) };
  const text = (): string => {
    if (JSON_FORMATS.has(format)) return JSON.stringify(changed(JSON.parse(random.pick(texts)), random));
    if (!LINE_FORMATS.has(format)) return soup(TOKENS[format], random);
    const values = random
      .pick(texts)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const at = random.below(values.length);
    return values.map((value, i) => `${JSON.stringify(i === at ? changed(value, random) : value)}\n`).join('');
  };
  return { kind: 'other values', bytes: new TextEncoder().encode(text()) };
}

/** Some bytes are flipped, cut, repeated or come from another file. */
function damaged(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let n = 1 + random.below(3); n > 0 && out.length > 0; n--) {
    const at = random.below(out.length);
    const kind = random.below(5);
    if (kind === 0) out[at] ^= 1 << random.below(8);
    else if (kind === 1) out[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
    else if (kind === 2) out = out.slice(0, at);
    else {
      const from = kind === 3 ? out : random.pick(others);
      const start = random.below(from.length);
      const piece = from.slice(start, start + 1 + random.below(100));
      out = Uint8Array.from([...out.slice(0, at), ...piece, ...out.slice(at + random.below(20))]);
    }
  }
  return out;
}

function soup(tokens: readonly string[], random: Random): string {
  // One token many times over finds what is not linear.
  if (random.below(20) === 0) return random.pick(tokens).repeat(random.below(20_000));
  return Array.from({ length: random.below(80) }, () => random.pick(tokens)).join('');
}

/** One to three values are other ones, are gone, or stand there twice. */
function changed(value: unknown, random: Random): unknown {
  let out = value;
  for (let n = 1 + random.below(3); n > 0; n--) out = changeOne(out, random, 0);
  return out;
}

function changeOne(value: unknown, random: Random, depth: number): unknown {
  const stop = typeof value !== 'object' || value === null || random.below(5) < (depth > 1 ? 2 : 0);
  if (stop) return random.pick(ODD);
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) return random.pick(ODD);
  const at = random.below(entries.length);
  const kind = depth > 0 ? random.below(8) : 7;
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1)
    entries.push([
      Array.isArray(value) ? String(entries.length) : random.pick(['__proto__', 'constructor', 'extra']),
      entries[at][1],
    ]);
  else entries[at] = [entries[at][0], changeOne(entries[at][1], random, depth + 1)];
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}
