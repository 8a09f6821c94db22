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
    if (this.width > 16_384) return null;
    const nothing = (): undefined => undefined;
    let tainted = false;
    const drawImage = (source: { readonly crossOrigin?: string | null }) => {
      tainted ||= source.crossOrigin === null;
    };
    const getImageData = () => {
      if (tainted) throw new DOMException('The canvas has been tainted by cross-origin data.', 'SecurityError');
      return { data };
    };
    return { clearRect: nothing, drawImage, getImageData, putImageData: nothing };
  }
}

/** A canvas that WebGL draws on. */
class Canvas3D extends Canvas {
  override getContext() {
    return null;
  }
}
class Pixels {
  constructor(readonly data: Uint8ClampedArray) {}
}

/** A decoder as Chromium's, which knows no HEIC. */
const createImageBitmap = ({ type }: Blob) =>
  type === 'image/heic'
    ? Promise.reject(new DOMException('The source image could not be decoded.', 'InvalidStateError'))
    : Promise.resolve(Object.assign(new Canvas(4, 4), { close: () => undefined }));
const HEIC = Uint8Array.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', (c) => c.charCodeAt(0));

/** An `<img>` before and after it was loaded, and a `<video>`. */
class Picture {
  constructor(
    readonly naturalWidth: number,
    readonly naturalHeight = naturalWidth,
  ) {}
}
/** An `<img>` of another origin whose server lets pages read it. */
class Foreign extends Picture {
  constructor(readonly crossOrigin: 'anonymous' | null) {
    super(4);
  }
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
      advice: 'load it with crossOrigin',
      provoke: () => inPage(ELEMENTS, () => segment(new Foreign(null))),
      follow: () => inPage(ELEMENTS, () => segment(new Foreign('anonymous'))),
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
      advice: 'give one of its own, which has no other context and was not transferred',
      provoke: () =>
        inPage({ ImageData: Pixels }, () => {
          coins.draw(new Canvas3D(4, 4) as unknown as OffscreenCanvas);
        }),
      follow: () =>
        inPage({ ImageData: Pixels }, () => {
          coins.draw(new Canvas(4, 4) as unknown as OffscreenCanvas);
        }),
    },
    {
      advice: 'convert it to JPEG or PNG',
      provoke: () => inPage({ createImageBitmap }, () => segment(HEIC)),
      follow: () => inPage({ createImageBitmap }, () => segment(PNG)),
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
