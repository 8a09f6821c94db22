/** Sound data files of every kind, which are damaged. */

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

const DONE = {
  ...{ key: 'a.jpg', stem: 'a', width: 60, height: 40, objects: 2, at: 1, source: { size: 9, modified: 1 } },
  outputs: [{ size: 5, modified: 2, sha256: 'ab' }],
};
const FAILED = { key: 'b.jpg', at: 2, error: { code: 'INVALID_IMAGE', message: 'image b.jpg: got nothing' } };
const MANIFEST = {
  ...{ format: 'fastsam-batch', version: 1, optionsHash: 'ab', images: { count: 2, sha256: 'cd', gone: ['c.jpg'] } },
  identity: {
    package: 'x@1',
    model: 'demo',
    weights: 'ef',
    options: { conf: 0.4 },
    formats: ['json', { name: 'a', scope: 'image', ending: '.a' }],
  },
};
const STUDY = {
  format: 'fastsam-study',
  version: 1,
  study: 'proposals',
  model: 'demo',
  identity: { a: 1 },
  hash: 'ab',
};
const JOB = {
  item: { key: 'a.jpg', input: '/data/a.jpg', stem: 'a' },
  task: {
    out: '/out',
    clean: true,
    largest: false,
    options: { conf: 0.4 },
    formats: ['json', { module: 'x', sha256: 'ab' }],
  },
  spec: { model: 'demo', device: 'auto', precision: 'auto' },
  ...{ optionsHash: 'ab', signature: 'ab'.repeat(32), aloneAfter: 1 },
};
const PROMPT = { boxes: [[1, 2, 30, 20]], points: [[5, 5]], labels: [1], boxRule: 'mask', pick: 'best' };
const lines = (...values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

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
  list: ['./images/a.jpg\nimages/val2017/b.jpg\n', '.\\images\\a.jpg\r\n/data/images/c.png\n# a comment\n'],
  'world file': ['0.5\n0\n0\n-0.5\n100\n200\n', '1e-3 0 0 -1e-3 7.5 46\n'],
  manifest: [JSON.stringify(MANIFEST), JSON.stringify(MANIFEST, undefined, 2)],
  journal: [lines(DONE, FAILED), lines(FAILED, { key: 'b.jpg', at: 3, void: true }, DONE)],
  'study records': [lines(STUDY, { key: 'a.jpg', value: 1 }, { key: 'b.jpg' })],
  'queue job': [JSON.stringify(JOB)],
  prompt: [JSON.stringify(PROMPT), JSON.stringify({ points: [1, 2] }), JSON.stringify({ boxes: [1, 2, 3, 4] })],
  'text prompt': [
    'a photo of a dog',
    'caf\u00c3\u00a9 &amp; "the dog\u2019s" bowl',
    '\u72ac <|endoftext|> \u2764\ufe0f',
  ],
};
/** Those that are one value of JSON: their values are changed, too. */
export const JSON_FORMATS: ReadonlySet<string> = new Set([
  'coco',
  'detections',
  'hints',
  'manifest',
  'queue job',
  'prompt',
]);
/** Those of one value a line. */
export const LINE_FORMATS: ReadonlySet<string> = new Set(['journal', 'study records']);
