/** What a page does with images and results; `chromium.test.ts` runs it in a browser and compares. */
import type { Mask } from '../../../src/mask/mask.js';
import { decodeRle } from '../../../src/mask/rle.js';
import { browserPlatform } from '../../../src/platform/browser.js';
import { usePlatform } from '../../../src/platform/platform.js';
import { packResults, unpackResults } from '../../../src/results/pack.js';
import { Results } from '../../../src/results/results.js';
import { readImage, type ImageInput, type ReadOptions } from '../../../src/source/readImage.js';

/** An image as its size and a sum of its bytes. */
export type Digest = readonly [width: number, height: number, sum: number, path?: string];

/** FNV-1a of bytes. */
export function sumOf(bytes: ArrayLike<number>): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i], 0x01000193);
  return sum >>> 0;
}

async function digest(input: ImageInput, options: ReadOptions = {}): Promise<Digest> {
  const { width, height, data, path } = await readImage(input, options);
  return path === undefined ? [width, height, sumOf(data)] : [width, height, sumOf(data), path];
}

const messageOf = (work: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(work)
    .then(
      () => 'nothing thrown',
      (error: unknown) => String(error),
    );

/** The masks and the image of a scene, small enough for a page. */
export function sceneOf(image: { data: Uint8Array; width: number; height: number }, masks: readonly Mask[]): Results {
  const { width, height } = image;
  return new Results({
    image,
    masks,
    boxes: Float32Array.from(masks.flatMap(() => [0, 0, width, height])),
    scores: Float32Array.from(masks, (_, i) => 0.75 / 2 ** i),
    speed: { preprocess: 1, inference: 2, postprocess: 3 },
    ...{ model: 'tiny', imgsz: 32, device: 'wasm', precision: 'fp32' },
    letterbox: {
      ...{ imageWidth: width, imageHeight: height, netWidth: 32, netHeight: 32, width: 32, height: 32 },
      ...{ top: 0, bottom: 0, left: 0, right: 0 },
    },
  });
}

/** Sends results to a worker, which sends them back. */
async function throughWorker(results: Results): Promise<Results> {
  const program = 'onmessage = ({ data }) => postMessage(data.data, data.transfer.map((a) => a.buffer ?? a));';
  const worker = new Worker(URL.createObjectURL(new Blob([program])));
  const { data, transfer } = packResults(results);
  const answer = new Promise<Parameters<typeof unpackResults>[0]>((resolve, reject) => {
    worker.onmessage = ({ data: found }) => {
      resolve(found as Parameters<typeof unpackResults>[0]);
    };
    worker.onmessageerror = worker.onerror = () => {
      reject(new Error('the worker failed'));
    };
  });
  worker.postMessage({ data, transfer }, transfer);
  const back = unpackResults(await answer);
  worker.terminate();
  return back;
}

/** Everything that the test compares. */
export async function run() {
  usePlatform(browserPlatform);
  const file = await (await fetch('coins.png')).blob();
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context?.drawImage(bitmap, 0, 0);
  const element = new Image();
  element.src = 'coins.png';
  await element.decode();
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const inputs: Record<string, ImageInput | undefined> = {
    Blob: file,
    File: new File([file], 'my coins.png'),
    ArrayBuffer: await file.arrayBuffer(),
    Uint8Array: new Uint8Array(await file.arrayBuffer()),
    Response: await fetch('coins.png'),
    ImageBitmap: bitmap,
    ImageData: context?.getImageData(0, 0, width, height),
    OffscreenCanvas: canvas,
    HTMLImageElement: element,
    VideoFrame: frame,
    URL: 'coins.png',
  };
  const read: Record<string, Digest> = {};
  for (const [name, input] of Object.entries(inputs)) if (input) read[name] = await digest(input);
  frame.close();
  const strips = [await digest(file, { maxCanvas: 4_000 }), await digest(canvas, { maxCanvas: 1 })];
  const small = await readImage(file, { maxSide: 100 });
  const scaled = {
    file: [small.width, small.height],
    mean: small.data.reduce((sum, value) => sum + value, 0) / small.data.length,
    strips: (await digest(file, { maxSide: 100, maxCanvas: 1_000 }))[2] === sumOf(small.data),
    canvas: (await digest(canvas, { maxSide: 100 })).slice(0, 2),
    pixels: (await digest({ data: new Uint8Array(300), width: 20, height: 5 }, { maxSide: 10 })).slice(0, 2),
  };
  const heic = Uint8Array.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', (c) => c.charCodeAt(0));

  const image = await readImage(file);
  const rle = (await (await fetch('masks.json')).json()) as { size: [number, number]; counts: string }[];
  const scene = sceneOf(image, rle.map(decodeRle));
  const pixels = scene.toImageData();
  const screen = document.createElement('canvas');
  scene.draw(screen);
  const shown = screen.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
  const off = new OffscreenCanvas(1, 1);
  scene.draw(off, { boxes: true });
  const png = await scene.toBlob('image/png');
  const svg = new Image();
  svg.src = `data:image/svg+xml,${encodeURIComponent(scene.toSvg({ alpha: 1, colours: [[255, 0, 0]] }))}`;
  await svg.decode();
  const drawn = new OffscreenCanvas(width, height).getContext('2d');
  drawn?.drawImage(svg, 0, 0);
  const covered = drawn?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(0);
  const labels = scene.labelMap();
  const used = document.createElement('canvas');
  used.getContext('bitmaprenderer');
  const back = await throughWorker(scene);
  return {
    read,
    strips,
    scaled,
    heic: await messageOf(() => readImage(heic)),
    plot: {
      size: [pixels.width, pixels.height, screen.width, screen.height, off.width, off.height],
      same: sumOf(pixels.data) === sumOf(shown),
      opaque: shown.filter((value, i) => i % 4 === 3 && value !== 255).length,
      rgb: sumOf(pixels.data.filter((_, i) => i % 4 !== 3)),
      blob: [png.type, (await digest(png))[2]],
    },
    svg: labels.reduce((wrong, label, p) => wrong + Number(label > 0 !== covered[4 * p + 3] > 127), 0),
    messages: [
      await messageOf(() => {
        scene.draw({} as never);
      }),
      await messageOf(() => {
        scene.draw(used);
      }),
    ],
    clone: structuredClone(scene).boxes.xyxy.length,
    back: [JSON.stringify(back) === JSON.stringify(scene), sumOf(back.plot().data) === sumOf(scene.plot().data)],
  };
}
