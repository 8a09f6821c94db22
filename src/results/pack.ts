/** Results as plain data for a message: between a page and its worker, or between processes. */
import { invalidArgument } from '../errors.js';
import { requireRgbImage } from '../image/rgbImage.js';
import { packMasks, unpackMasks, type PackedMasks } from '../mask/pack.js';
import { flag } from '../options/kinds.js';
import { requireInstance } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { plural, showValue } from '../options/showValue.js';
import type { ResultsData } from '../record/record.js';
import { withImage, type GivenImageOptions } from './givenImage.js';
import { Results } from './results.js';

/** What packed data says of itself. */
const KIND = 'fastsam-results';
const VERSION = 1;

/**
 * Everything of results but functions, as values that `postMessage` and `structuredClone` take. Typed arrays have buffers
 * of their own.
 */
export interface PackedResults extends Omit<ResultsData, 'masks' | 'textModel' | 'promptKind'> {
  /** What it is. */
  readonly kind: typeof KIND;
  readonly version: typeof VERSION;
  /** Number of objects. */
  readonly objects: number;
  readonly masks: PackedMasks;
}

/** What is packed. */
export interface PackOptions {
  /** The image's pixels. Default true; false where the other side has them. */
  readonly image?: boolean;
  /** Prototypes and coefficients, of which `logits`, `probabilities` and other thresholds are made. Default true. */
  readonly prototypes?: boolean;
}

/** Every option of `packResults`. */
export const PACK_OPTIONS = {
  image: flag({ text: "the image's pixels; false where the other side has them", default: true }),
  prototypes: flag({
    text: 'prototypes and coefficients, of which `logits`, `probabilities` and other thresholds are made',
    default: true,
  }),
} satisfies RowsOf<PackOptions>;

/** A message. */
export interface PackedMessage {
  readonly data: PackedResults;
  /** The buffers of `data`, the second argument of `postMessage`: then they move, and nothing is copied once more. */
  readonly transfer: ArrayBuffer[];
}

/**
 * Packs results for another thread. Their arrays are copied once (milliseconds for a photograph), so the results stay as
 * they are when the copy moves away. What holds functions stays behind: the encoders of text prompts, and how a prompt
 * kind of one's own draws itself; `with({ textModel, promptKind })` on the other side brings others.
 *
 * @example
 * const { data, transfer } = packResults(scene);
 * postMessage(data, transfer);
 * // on the other side:
 * onmessage = ({ data }) => console.log(unpackResults(data).length);
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no results, and wrong options.
 */
export function packResults(results: Results, options: PackOptions = {}): PackedMessage {
  requireInstance('packResults', results, Results, 'Results, as segment gives them');
  const { image, prototypes } = resolve(PACK_OPTIONS, options);
  const { data, floats, ...facts } = results.image;
  const { frame, compat, strides, maskInputs, promptRecord, trackIds, anchors, classes, edited } = results;
  const plain: PackedResults = {
    kind: KIND,
    version: VERSION,
    objects: results.length,
    image: image ? { ...facts, data, ...(floats && { floats }) } : { ...facts, data: new Uint8Array(0) },
    masks: packMasks(results.masks.list),
    boxes: results.boxes.xyxy,
    scores: results.scores,
    ids: results.ids,
    names: results.names,
    promptRecord,
    matches: results.matches,
    speed: results.speed,
    model: results.model,
    imgsz: results.imgsz,
    device: results.device,
    precision: results.precision,
    letterbox: results.letterbox,
    ...(classes && { classes }),
    ...(anchors && { anchors }),
    ...(trackIds && { trackIds }),
    ...(strides && { strides }),
    ...(frame && { frame }),
    ...(compat && { compat }),
    ...(edited && { edited }),
    ...(prototypes && maskInputs && { maskInputs }),
  };
  const transfer: ArrayBuffer[] = [];
  return { data: withOwnBuffers(plain, new Set([plain.masks.words, plain.masks.windows]), transfer), transfer };
}

/**
 * A copy of plain data whose typed arrays have buffers of their own, which are listed in `transfer`.
 * @param own arrays that have one already.
 */
function withOwnBuffers<T>(value: T, own: ReadonlySet<unknown>, transfer: ArrayBuffer[]): T {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    const array = own.has(value) ? value : (value as unknown as Uint8Array).slice();
    transfer.push(array.buffer as ArrayBuffer);
    return array as T;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => withOwnBuffers(one, own, transfer)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withOwnBuffers<unknown>(one, own, transfer)]),
  ) as T;
}

/**
 * The results that were packed. They use the arrays of `data` as they are. Where the image was left out and is not given,
 * what needs its pixels (`plot`, `cutout`, `promptText`) is refused.
 * @throws FastSAMError `INVALID_ARGUMENT` for data that `packResults` did not make, and for an image of another size.
 */
export function unpackResults(data: PackedResults, options: GivenImageOptions = {}): Results {
  const { kind, version, objects, masks, ...columns } = membersOf(data);
  if (kind !== KIND || version !== VERSION) {
    throw invalidArgument(
      `packed results: got ${showValue(data)} of kind ${showValue(kind)}, version ${showValue(version)}, expected ` +
        `${KIND}, version ${VERSION}; post the data that packResults gives, from a package of the same version`,
    );
  }
  requireInstance('packed results: scores', columns.scores, Float32Array, 'a Float32Array');
  if (columns.scores.length !== objects) {
    throw invalidArgument(
      `packed results: got scores of ${plural(columns.scores.length, 'object')}, expected ${showValue(objects)}; a transfer ` +
        'has emptied this data, unpack it where it went',
    );
  }
  requireRgbImage('packed results: image', columns.image, { withoutPixels: true });
  return new Results({ ...columns, image: withImage(columns.image, options), masks: unpackMasks(masks) });
}

/** Packed results that may be others than they say. */
type Loose = Omit<PackedResults, 'kind' | 'version'> & { readonly kind: unknown; readonly version: unknown };

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no object, or one that throws when it is looked at */
function membersOf(data: unknown): Loose {
  try {
    if (typeof data === 'object' && data !== null) return { ...(data as Loose) };
  } catch {
    // Said below.
  }
  throw invalidArgument(`packed results: got ${showValue(data)}, expected the data that packResults gives`);
}
