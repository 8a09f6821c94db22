/** Advice of images, their files and folders, options and platforms. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, vi } from 'vitest';
import type { Advice } from './trial.js';
import { saveArrays, type GivenArray } from '../../../src/entry/arrays.js';
import { FastSAM, openVideo, readImage, usePlatform, type ImageInput } from '../../../src/index.js';
import { browserPlatform } from '../../../src/platform/browser.js';
import { nodePlatform } from '../../../src/platform/node.js';
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

/** Work in a page, with these of its globals and a canvas. */
async function inPage(globals: Readonly<Record<string, unknown>>, work: () => unknown): Promise<void> {
  for (const [name, value] of Object.entries({ OffscreenCanvas: Canvas, ...globals })) vi.stubGlobal(name, value);
  usePlatform(browserPlatform);
  try {
    await work();
  } finally {
    usePlatform(nodePlatform);
    vi.unstubAllGlobals();
  }
}

/** As browsers': none gives a context above some size. */
class Canvas {
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}
  getContext() {
    const data = new Uint8ClampedArray(4 * this.width * this.height);
    return this.width > 16_384 ? null : { drawImage: () => undefined, getImageData: () => ({ data }) };
  }
}

/** An `<img>` before and after it was loaded, and a `<video>`. */
class Picture {
  constructor(
    readonly naturalWidth: number,
    readonly naturalHeight = naturalWidth,
  ) {}
}
class Film {
  readonly videoWidth = 4;
  readonly videoHeight = 4;
}
const ELEMENTS = { HTMLImageElement: Picture, HTMLVideoElement: Film };

/** A platform module that no entry point has registered anything with. */
async function freshPlatform(): Promise<typeof import('../../../src/platform/platform.js')> {
  const file = '../../../src/platform/platform.ts?fresh'; // the query makes the module run again
  return (await import(/* @vite-ignore */ file)) as typeof import('../../../src/platform/platform.js');
}

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
        for (const name of ['model.json', 'thesis.txt']) execFileSync('rm', [at(`theirs_tfjs/${name}`)]);
        await model.export('tfjs', at('theirs_tfjs'), { imgsz: 64, overwrite: true });
      },
    },
    {
      advice: 'leave it out',
      provoke: () => segment(COINS, { agnostic_nms: true }),
      follow: () => segment(COINS),
    },
    {
      advice: "prompt({ points, pick: 'best' }) takes one",
      provoke: () => segment(COINS, { multimask_output: false }),
      follow: () => coins.prompt({ points: [[1, 1]], pick: 'best' }),
    },
    {
      advice: '{}; known are {}',
      provoke: () => segment(COINS, { save_conf: true }),
      follow: () => coins.toYolo({ saveConf: true }),
    },
    {
      advice: 'known are {}',
      provoke: () => segment(COINS, { zzzzzz: 1 }),
      follow: () => segment(COINS, { conf: 0.5 }),
    },
    {
      advice: 'did you mean {}? Known are {}',
      provoke: () => segment(COINS, { maxDt: 5 }),
      follow: () => segment(COINS, { maxDet: 5 }),
    },
    {
      advice: 'use the bytes instead',
      provoke: () => inPage({}, () => coins.save('coins.json')),
      follow: () => inPage({}, () => coins.encode('json')),
    },
    {
      advice: 'serve the page so',
      provoke: () => inPage({ isSecureContext: false }, () => browserPlatform.sha256(PNG)),
      follow: () => inPage({ isSecureContext: true }, () => browserPlatform.sha256(PNG)),
    },
    {
      advice: 'use a smaller image',
      provoke: () => inPage(ELEMENTS, () => segment(new Picture(16_385, 1))),
      follow: () => inPage(ELEMENTS, () => segment(new Picture(64))),
    },
    {
      advice: 'wait for its load event',
      provoke: () => inPage(ELEMENTS, () => segment(new Picture(0))),
      follow: () => inPage(ELEMENTS, () => segment(new Picture(4))),
    },
    {
      advice: 'give segment or stream the <video> element',
      provoke: () => inPage(ELEMENTS, () => openVideo('clip.mp4')),
      follow: () =>
        inPage(ELEMENTS, async () => {
          await segment(new Film());
          for await (const { error } of model.stream([new Film()] as unknown as ImageInput[])) if (error) throw error;
        }),
    },
    {
      advice: "import the package through its entry point 'fastsam-tfjs' or call usePlatform(…)",
      provoke: async () => (await freshPlatform()).platform(),
      follow: async () => {
        const fresh = await freshPlatform();
        fresh.usePlatform(nodePlatform);
        fresh.platform();
      },
    },
  ],
  elsewhere: {
    'divide by 255, or clip the values': 'model/stages/exact.test.ts',
    'JSON has no {}, which Python writes': 'evaluate/cocoFiles.test.ts',
  },
  untried: {
    'use another folder': 'needs a file system that is read-only',
    'free some space or use another folder': 'needs a full disk',
    'raise the limit (ulimit -n)': 'needs more open files than the system allows',
    'try again later': 'needs a file that another program holds, which Unix allows',
    'free some': 'needs a machine without memory',
    'try again or use another one': 'needs a disk that fails',
    'use a folder on the same one': 'needs two disks',
    'npm install --include=optional sharp': 'needs an installation without sharp, and the network',
    'scale it down': 'needs an image that takes 120 s to decode',
  },
};
