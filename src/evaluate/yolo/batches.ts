/** Which images go through the network together, and how they lie in its input, in Ultralytics' rectangular batches. */
import { splitPadding, type Letterbox } from '../../image/letterbox.js';

const STRIDE = 32;
/** Room around the image, in strides. */
const PADDING = 0.5;

/** Width and height of an image in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Images that share an input, by their places in the list. */
export interface RectBatch {
  readonly members: readonly number[];
  readonly netWidth: number;
  readonly netHeight: number;
}

/**
 * Images by aspect ratio, `batch` at a time; the input of a batch fits its most nearly square image and half a stride.
 * @param imgsz longer side of an image in the input.
 */
export function rectBatches(sizes: readonly Size[], imgsz: number, batch: number): RectBatch[] {
  const ratios = sizes.map(({ width, height }) => height / width);
  const order = [...sizes.keys()].sort((a, b) => ratios[a] - ratios[b]);
  const batches: RectBatch[] = [];
  for (let start = 0; start < order.length; start += batch) {
    const members = order.slice(start, start + batch);
    const [low, high] = [ratios[members[0]], ratios[members[members.length - 1]]];
    const side = (share: number) => Math.ceil((share * imgsz) / STRIDE + PADDING) * STRIDE;
    batches.push({ members, netWidth: side(low > 1 ? 1 / low : 1), netHeight: side(high < 1 ? high : 1) });
  }
  return batches;
}

/** How an image lies in the input of its batch: longer side `imgsz`, shorter one rounded up, in the middle. */
export function rectGeometry({ width: w, height: h }: Size, imgsz: number, batch: RectBatch): Letterbox {
  const ratio = imgsz / Math.max(w, h);
  const width = Math.min(Math.ceil(w * ratio), imgsz);
  const height = Math.min(Math.ceil(h * ratio), imgsz);
  const { netWidth, netHeight } = batch;
  const [left, right] = splitPadding(netWidth - width);
  const [top, bottom] = splitPadding(netHeight - height);
  return {
    imageWidth: w,
    imageHeight: h,
    netWidth,
    netHeight,
    width,
    height,
    left,
    right,
    top,
    bottom,
  };
}
