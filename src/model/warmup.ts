/** The first run without an image: what is made once for a size (shaders, transformed filters, graphs) is made beforehand. */
import { throwIfAborted } from '../errors.js';
import { letterboxGeometry } from '../image/letterbox.js';
import { custom } from '../options/kinds.js';
import { MAX_DET } from '../options/limits.js';
import { checkValue, resolve } from '../options/resolve.js';
import type { Detector } from './detector.js';
import type { ModelInfo } from './info.js';
import { warmMasks } from './masks.js';
import { WARMUP_OPTIONS, type WarmupOptions } from './warmupOptions.js';

/** The size of an image, pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** What a warm-up did. */
export interface WarmupResult {
  /** Shaders that were compiled; 0 where the device has none, or had them all. */
  readonly shaders: number;
  /** Sizes of the network's input that were run, pixels. */
  readonly inputs: readonly ImageSize[];
}

/** What a warm-up needs of a model. */
export interface WarmupContext {
  readonly detector: Pick<Detector, 'detect' | 'prepare'>;
  readonly model: Pick<ModelInfo, 'defaults'>;
}

const SIZES = custom<readonly ImageSize[]>('a list of sizes { width, height } of images, in pixels', isSizes, {
  text: 'sizes of the images that will come',
});

/** See `FastSAM.warmup`. */
export async function warmUp(
  sizes: readonly ImageSize[] | undefined,
  options: WarmupOptions,
  { detector, model }: WarmupContext,
): Promise<WarmupResult> {
  const { imgsz, square, batch, onProgress, signal } = resolve(WARMUP_OPTIONS, options, model.defaults);
  const [height, width] = typeof imgsz === 'number' ? [imgsz, imgsz] : imgsz;
  if (sizes !== undefined) checkValue('sizes', SIZES, sizes);
  const inputs = new Map<string, ImageSize>();
  for (const size of sizes ?? [{ width, height }]) {
    const { netWidth, netHeight } = letterboxGeometry(size.width, size.height, imgsz, { auto: !square });
    inputs.set(`${netWidth}x${netHeight}`, { width: netWidth, height: netHeight });
  }
  const batches = [...inputs.values()].map((input) => ({ ...input, count: batch }));
  const shaders = (await detector.prepare?.(batches, { onCompiled: onProgress, signal })) ?? 0;
  for (const input of inputs.values()) {
    throwIfAborted(signal);
    const black = new Uint8Array(input.width * input.height * 3);
    const images = new Array<Uint8Array>(batch).fill(black);
    const [{ prototypes }] = await detector.detect(
      { images, ...input },
      { ...model.defaults, maxDet: MAX_DET.default },
    );
    await warmMasks(prototypes);
  }
  return { shaders, inputs: [...inputs.values()] };
}

function isSizes(value: unknown): boolean {
  const isSide = (side: unknown): boolean => Number.isInteger(side) && (side as number) > 0;
  return (
    Array.isArray(value) &&
    Array.from(value as unknown[]).every((size) => {
      const { width, height } = (size ?? {}) as Partial<ImageSize>;
      return isSide(width) && isSide(height);
    })
  );
}
