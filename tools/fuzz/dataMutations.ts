/** Sound data files, and how they are damaged: their bytes, or the values in them. */
import type { Random } from './random.js';

/** A ground truth with everything that the reader knows. */
const COCO = {
  info: { year: 2017 },
  images: [
    { id: 1, width: 60, height: 40, file_name: 'a.jpg' },
    { id: 2, width: 30, height: 50, file_name: 'val2017/b.jpg', coco_url: 'http://images.example/val2017/b.jpg' },
  ],
  annotations: [
    {
      id: 1,
      image_id: 1,
      category_id: 3,
      bbox: [2, 3, 20, 10],
      area: 200,
      iscrowd: 0,
      segmentation: [[2, 3, 22, 3, 22, 13, 2, 13]],
    },
    {
      id: 2,
      image_id: 2,
      category_id: 3,
      bbox: [0, 0, 10, 10],
      area: 100,
      iscrowd: 1,
      segmentation: { size: [50, 30], counts: [0, 100, 1400] },
    },
    {
      id: 3,
      image_id: 2,
      category_id: 4,
      bbox: [5, 5, 4, 4],
      area: 16,
      iscrowd: 0,
      segmentation: [
        [5, 5, 9, 5, 9, 9],
        [1, 1, 2, 2, 3, 1],
      ],
    },
  ],
  categories: [
    { id: 3, name: 'thing' },
    { id: 4, name: 'other' },
  ],
};
const DETECTIONS = [
  { image_id: 1, category_id: 3, score: 0.5, bbox: [1, 2, 3, 4] },
  {
    image_id: 2,
    category_id: 4,
    score: 0.9,
    bbox: [2, 2, 8, 8],
    segmentation: { size: [50, 30], counts: [10, 5, 1485] },
  },
];
const HINTS = {
  'a.jpg': { boxes: [[1, 2, 30, 20]], points: [[5, 5]], labels: [1] },
  'val2017/b': {
    points: [
      [3, 4],
      [5, 6],
    ],
    labels: [1, 0],
  },
};

/** Sound files by format. */
export const TEXT_SEEDS: Readonly<Record<string, readonly string[]>> = {
  yaml: [
    'path: .\ntrain: images/train\nval: images/val\nnames:\n  0: thing\n  1: "other"\n',
    'train: ../train/images\nval: [../valid/images, list.txt]\nnc: 2\nnames: [a, b]\nroboflow: {workspace: x, version: 1}\n',
    '# a comment\nval: images/val\nnc: "3"\nbase: &b {a: 1}\nmore: *b\ntext: |\n  lines\n  of text\n',
  ],
  labels: [
    '0 0.1 0.1 0.9 0.1 0.5 0.9\n2 0.2 0.2 0.4 0.2 0.3 0.6 0.2 0.5\n',
    '0 0.5 0.5 0.2 0.2\n1 0.25 0.25 0.5 0.5\n',
  ],
  coco: [JSON.stringify(COCO), JSON.stringify(COCO, undefined, 1)],
  detections: [JSON.stringify(DETECTIONS)],
  hints: [JSON.stringify(HINTS)],
};

/** Tokens from which texts are made that may mean anything. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  yaml: [
    'a',
    'val',
    'names',
    ': ',
    ':',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '|\n ',
    '>',
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '? ',
    '#',
    '\t',
    '---\n',
    '...\n',
    '%YAML 1.2\n',
    '<<',
    '0',
    '1e999',
    'null',
    '\r',
    '\u0000',
    '\u001b[31m',
    '\u2028',
    '\uFEFF',
    '__proto__',
  ],
  labels: [
    '0',
    '1',
    '2',
    '0.5',
    '.5',
    '-0.2',
    '1.02',
    '1e39',
    'nan',
    'x',
    '0x1',
    ' ',
    ' ',
    ' ',
    '\t',
    '\n',
    '\n',
    '\r\n',
    '\u0000',
    '\u001b[31m',
    '\uFEFF',
    '1e-400',
    '-0',
  ],
};

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

/** The bytes of one case. */
export function makeDataCase(format: string, mats: readonly Uint8Array[], random: Random): Uint8Array {
  if (format === 'mat') return damaged(random.pick(mats), mats, random);
  const seeds = TEXT_SEEDS[format].map((text) => new TextEncoder().encode(text));
  const kind = random.below(10);
  if (kind < 3) return damaged(random.pick(seeds), seeds, random);
  if (kind === 3) return random.bytes(random.below(300));
  if (kind === 4) return Uint8Array.from(Buffer.from(`\uFEFF${random.pick(TEXT_SEEDS[format])}`, 'utf16le'));
  const tokens = TOKENS[format] as readonly string[] | undefined;
  if (tokens) return new TextEncoder().encode(soup(tokens, random));
  return new TextEncoder().encode(JSON.stringify(changed(JSON.parse(random.pick(TEXT_SEEDS[format])), random)));
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
