/** Advice of data sets and files of annotations. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { cocoDatasetOf } from '../../../src/evaluate/coco/check.js';
import { readMat } from '../../../src/evaluate/mat/file.js';
import { validateCoco } from '../../../src/entry/evaluate.js';
import { FastSAM } from '../../../src/index.js';
import { studyFiles } from '../../../src/studies/files.js';
import { proposalsStudy } from '../../../src/studies/proposals/study.js';
import { salientStudy } from '../../../src/studies/salient/study.js';
import { goldenPath } from '../../support/golden.js';
import { TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
afterAll(() => {
  model.dispose();
});

/** Writes a text, or a picture of the tests where none is given, and gives its path. */
function put(path: string, text?: string): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  if (text === undefined) copyFileSync(goldenPath('val/images/val/scene0.png'), whole);
  else writeFileSync(whole, text);
  return whole;
}

const BOX = '0 0.5 0.5 0.2 0.2\n';
const OUTLINE = '0 0.1 0.1 0.4 0.1 0.4 0.4\n';
const YAML = 'val: images/val\nnames: [thing]\n';

/** A data set of two images with these labels; undefined: no file. */
function yolo(name: string, labels: readonly (string | undefined)[], yaml = YAML): string {
  labels.forEach((text, i) => {
    put(`${name}/images/val/${i}.png`);
    if (text !== undefined) put(`${name}/labels/val/${i}.txt`, text);
  });
  return put(`${name}/data.yaml`, yaml);
}

const val = (data: string, limit?: number) => model.val(data, { imgsz: 64, ...(limit !== undefined && { limit }) });

const RING = [10, 10, 60, 10, 60, 50, 10, 50];
const TRUTH = { id: 5, image_id: 1, category_id: 3, bbox: [10, 10, 50, 40], iscrowd: 0 };

/** A COCO file with these annotations of one image. */
const coco = (...annotations: object[]) => ({
  images: [{ id: 1, file_name: 'scene0.png', width: 160, height: 120 }],
  annotations: annotations.map((fields, i) => ({ ...TRUTH, id: i + 1, ...fields })),
  categories: [{ id: 3, name: 'thing' }],
});

/** Evaluates with it. */
function valCoco(...annotations: object[]) {
  put('coco/images/scene0.png');
  const file = put('coco/a.json', JSON.stringify(coco(...annotations)));
  return validateCoco(model, file, join(folder, 'coco/images'), { imgsz: 64 });
}

/** Opens a study of proposals on a file whose objects have no masks. */
function proposals(kind: 'both' | 'boxes') {
  put('bare/images/scene0.png');
  const file = put('bare/a.json', JSON.stringify(coco({ area: 2000 })));
  return proposalsStudy.open({
    args: [file, join(folder, 'bare/images')],
    options: { kind },
    files: studyFiles,
    signal: undefined,
  });
}

/** Opens a study of pictures with masks beside them. */
function salient(name: string, images: readonly string[], options: Record<string, unknown> = {}) {
  for (const image of images) put(`${name}/images/${image}`);
  put(`${name}/masks/a.png`);
  const args = [join(folder, name, 'images'), join(folder, name, 'masks')];
  return salientStudy.open({ args, options, files: studyFiles, signal: undefined });
}

const hints = () => put('hints.json', '{ "a": { "boxes": [[1, 1, 9, 9]] } }');

export const DATA: Advice = {
  trials: [
    {
      advice: 'see docs/user/evaluation.md for the format',
      provoke: () => val(yolo('nothing', [BOX], 'train: images/val\nnames: [thing]\n')),
      follow: () => val(yolo('nothing', [BOX], 'path: .\ntrain: images/val\nval: images/val\nnames:\n  0: thing\n')),
    },
    {
      advice: 'mend the file',
      provoke: () => val(yolo('broken', [BOX], `${YAML}names: {`)),
      follow: () => val(yolo('broken', [BOX])),
    },
    {
      advice: '{}: {}', // the first image and what is wrong with it
      provoke: () => val(yolo('wrong', ['0 1.5 0.5 0.2 0.2\n'])),
      follow: () => val(yolo('wrong', [BOX])),
    },
    {
      advice: 'put labels/ beside images/, or name the right split',
      provoke: () => val(yolo('bare', [undefined])),
      follow: async () => {
        await val(yolo('bare', [BOX]));
        put('split/images/train/0.png');
        put('split/labels/train/0.txt', BOX);
        const data = yolo('split', [undefined], `${YAML}train: images/train\n`);
        await model.val(data, { imgsz: 64, split: 'train' });
      },
    },
    {
      advice: 'mend or remove some',
      provoke: () => val(yolo('mixed', [BOX, OUTLINE])),
      follow: async () => {
        await val(yolo('mixed', [BOX, BOX]));
        await val(yolo('fewer', [undefined, OUTLINE]));
      },
    },
    {
      advice: 'raise limit, or label the images',
      provoke: () => val(yolo('limited', ['', BOX]), 1),
      follow: async () => {
        await val(yolo('limited', ['', BOX]), 2);
        await val(yolo('limited', [BOX, BOX]), 1);
      },
    },
    {
      advice: 'check the yaml',
      provoke: () => val(yolo('astray', [BOX], 'val: image/val\nnames: [thing]\n')),
      follow: () => val(yolo('astray', [BOX])),
    },
    {
      advice: 'give it one, or remove all of them to compare boxes',
      provoke: () => valCoco({ segmentation: [RING] }, {}),
      follow: async () => {
        await valCoco({ segmentation: [RING] }, { segmentation: [RING] });
        await valCoco({}, {});
      },
    },
    {
      advice: 'leave it out to have it counted',
      provoke: () => valCoco({ area: '7', segmentation: [RING] }),
      follow: () => valCoco({ segmentation: [RING] }),
    },
    {
      advice: 'polygons stand in a list',
      provoke: () => cocoDatasetOf(coco({ segmentation: RING }), 'truth'),
      follow: () => cocoDatasetOf(coco({ segmentation: [RING] }), 'truth'),
    },
    {
      advice: 'the file is damaged or of another kind',
      provoke: () => readMat(new Uint8Array(200), 'x.mat'),
      follow: () => readMat(matFile(), 'x.mat'),
    },
    {
      advice: '{}', // or compare boxes alone with --kind boxes
      provoke: () => proposals('both'),
      follow: () => proposals('boxes'),
    },
    {
      advice: 'keep one',
      provoke: () => salient('twice', ['a.png', 'a.jpg']),
      follow: () => salient('once', ['a.png']),
    },
    {
      advice: 'give one of them',
      provoke: () => salient('hinted', ['a.png'], { hint: 'box', hints: hints() }),
      follow: async () => {
        await salient('hinted', ['a.png'], { hint: 'box' });
        await salient('hinted', ['a.png'], { hints: hints() });
      },
    },
  ],
  elsewhere: {
    'name the folder that has one': 'evaluate/cocoFiles.test.ts',
    "kind 'boxes' needs none": 'evaluate/cocoFiles.test.ts',
  },
  untried: {
    'run val there': 'a browser, where val of such files is not',
    'the first is {}': 'a report of what was found',
    refused: 'no advice: a file that unpacks to gigabytes is not to be read',
    'MATLAB writes the level that is read here with save -v7': 'needs MATLAB',
    'it names scores that say little about masks as a weakness.': 'a note below a table',
  },
};

/** The smallest MAT-file of level 5: a header alone. */
function matFile(): Uint8Array {
  const bytes = new Uint8Array(128);
  bytes.set([0, 1, 73, 77], 124);
  return bytes;
}
