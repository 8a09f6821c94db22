/** Advice of options by their names, of web pages and of the platform. */
import { afterAll, vi } from 'vitest';
import type { Advice } from './trial.js';
import { FastSAM, openVideo, usePlatform, type ImageInput } from '../../../src/index.js';
import { browserPlatform } from '../../../src/platform/browser.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { goldenBytes } from '../../support/golden.js';
import { scene, TRAINED } from '../../support/paths.js';

const COINS = scene('coins.png');
const PNG = goldenBytes('images/rgb.png');
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const coins = await model.segment(COINS, { imgsz: 64 });
const segment = (input: unknown, options: object = {}) => model.segment(input as ImageInput, { imgsz: 64, ...options });

afterAll(() => {
  model.dispose();
});

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

export const PAGES: Advice = {
  trials: [
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
  elsewhere: {},
  untried: {},
};
