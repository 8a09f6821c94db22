/** Advice of images, their files and folders. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice, Trial } from './trial.js';
import { saveArrays, type GivenArray } from '../../../src/entry/arrays.js';
import { FastSAM, readImage, type ImageInput } from '../../../src/index.js';
import { readText } from '../../../src/platform/textFiles.js';
import { goldenBytes } from '../../support/golden.js';
import { scene, TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const COINS = scene('coins.png');
const PNG = goldenBytes('images/rgb.png');
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const coins = await model.segment(COINS, { imgsz: 64 });
const array: GivenArray = { shape: [2], data: new Float32Array(2) };
const segment = (input: unknown, options: object = {}) => model.segment(input as ImageInput, { imgsz: 64, ...options });
const save = (path: string) => saveArrays(path, { a: array });

writeFileSync(at('file'), '');
writeFileSync(at('large.png'), PNG);
truncateSync(at('large.png'), 2 ** 31 + 1); // a hole: takes no room
mkdirSync(at('theirs_tfjs'));
for (const name of ['model.json', 'thesis.txt']) writeFileSync(at(`theirs_tfjs/${name}`), '');
mkdirSync(at('closed'));
const FIFO = at('pipe.png');
const isWindows = process.platform === 'win32';
if (!isWindows) execFileSync('mkfifo', [FIFO]);

afterAll(() => {
  model.dispose();
});

/** Work as a user who may not write everywhere: root may. */
async function asUser(work: () => Promise<unknown>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(folder, 0o755);
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** Windows has neither such pipes nor such permissions. */
const ON_UNIX: readonly Trial[] = [
  {
    advice: 'copy it into one, or give it to the command line as -',
    provoke: () => readImage(FIFO),
    follow: async () => {
      execFileSync('sh', ['-c', `cat '${COINS}' > '${FIFO}' & cat '${FIFO}' > '${at('copy.png')}'`]);
      await readImage(at('copy.png'));
    },
  },
  {
    advice: 'write it to a file first',
    provoke: () => readText(FIFO),
    follow: () => readText(at('file')),
  },
  {
    advice: 'change its permissions or use another folder',
    provoke: () => {
      chmodSync(at('closed'), 0o555);
      return asUser(() => save(at('closed/a.npz')));
    },
    follow: () => {
      chmodSync(at('closed'), 0o777);
      return asUser(() => save(at('closed/a.npz')));
    },
  },
];

export const IMAGES: Advice = {
  trials: [
    {
      advice: "pass the image's size",
      provoke: () => segment({ data: new Uint8Array(12), width: 2.5, height: 2 }),
      follow: () => segment({ data: new Uint8Array(12), width: 2, height: 2 }),
    },
    {
      advice: 'dispose it after the call',
      provoke: () => {
        const gone = tf.zeros([4, 4, 3]);
        gone.dispose();
        return segment(gone);
      },
      follow: async () => {
        const kept = tf.zeros([4, 4, 3]);
        await segment(kept);
        kept.dispose();
      },
    },
    {
      advice: "encode the file's bytes",
      provoke: () => readImage('data:image/png;base64,%%%'),
      follow: () => readImage(`data:image/png;base64,${Buffer.from(PNG).toString('base64')}`),
    },
    {
      advice: 'fetch it again',
      provoke: () => readImage(PNG.subarray(0, PNG.length >> 1)),
      follow: () => readImage(PNG),
    },
    {
      advice: 'use a smaller one',
      provoke: () => readImage(at('large.png')),
      follow: () => readImage(COINS),
    },
    {
      advice: 'pass a path instead',
      provoke: () => readImage('file://elsewhere/a.png'),
      follow: () => readImage(COINS),
    },
    {
      advice: 'use a shorter one',
      provoke: () => save(at(`${'a'.repeat(300)}.npz`)),
      follow: () => save(at('a.npz')),
    },
    {
      advice: 'name a file',
      provoke: () => readImage(folder),
      follow: () => readImage(COINS),
    },
    {
      advice: 'name another one',
      provoke: () => coins.save(at('file/below/coins.json'), { format: 'json' }),
      follow: () => coins.save(at('other/below/coins.json'), { format: 'json' }),
    },
    {
      advice: 'name another folder or empty it yourself',
      provoke: () => model.export('tfjs', at('theirs_tfjs'), { imgsz: 64, overwrite: true }),
      follow: async () => {
        await model.export('tfjs', at('ours_tfjs'), { imgsz: 64, overwrite: true });
        for (const name of ['model.json', 'thesis.txt']) rmSync(at(`theirs_tfjs/${name}`));
        await model.export('tfjs', at('theirs_tfjs'), { imgsz: 64, overwrite: true });
      },
    },
    ...(isWindows ? [] : ON_UNIX),
  ],
  elsewhere: {
    'divide by 255, or clip the values': 'model/stages/exact.test.ts',
    'JSON has no {}, which Python writes': 'evaluate/cocoFiles.test.ts',
    'use another folder': 'cli/streams.test.ts',
    'free some space or use another folder': 'cli/streams.test.ts',
  },
  untried: {
    ...(isWindows ? Object.fromEntries(ON_UNIX.map(({ advice }) => [advice, 'Unix only'])) : {}),
    'raise the limit (ulimit -n)': 'needs more open files than the system allows',
    'free some': 'needs a machine without memory',
    'try again or use another one': 'needs a disk that fails',
    'use a folder on the same one': 'needs two disks',
    'npm install --include=optional sharp': 'needs an installation without sharp, and the network',
    'scale it down': 'needs an image that takes 120 s to decode',
  },
};
