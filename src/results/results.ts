/** What was found in one image: the record that everything downstream consumes. */
import type { DrawOptions } from '../draw/drawObjects.js';
import { paintLabels, paintOrder } from '../draw/labelMap.js';
import { resultsToCoco, type CocoAnnotation, type CocoOptions } from '../formats/coco.js';
import { cutOut, type Cutout, type CutoutOptions } from '../formats/cutout.js';
import type { EncodeOptions, OutputFormat } from '../formats/format.js';
import { resultsToJson, type ResultsJson } from '../formats/json.js';
import { resultsToMot } from '../formats/mot.js';
import { plotScene } from '../formats/plot.js';
import { encodeScene, saveScene, type SaveOptions } from '../formats/save.js';
import { resultsToYolo, type YoloOptions } from '../formats/yolo.js';
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import { Boxes, type Xyxy } from './boxes.js';
import {
  checkColumns,
  selectRows,
  type Assembly,
  type FramePlace,
  type PromptRecord,
  type ResultsData,
  type Speed,
} from './data.js';
import { unletterboxMask } from '../mask/resize.js';
import { checkIndex } from './indices.js';
import { Masks, ObjectMask } from './masks.js';
import { askResults } from './ask.js';
import { askTexts } from './askTexts.js';
import { refineMasks, type RefineOptions } from './refine.js';
import type { TextOptions } from '../prompt/textOptions.js';
import type { TextModelSource } from '../prompt/textModel.js';
import type { Compat, Match, Prompt } from '../prompt/types.js';
import { softMask, type SoftMask } from './softMask.js';

/** One object of an image. */
export interface SegmentedObject {
  /** Its place in the first, unfiltered result; stays the same through filters and prompts. */
  readonly id: number;
  /** 0 … 1. */
  readonly score: number;
  /** The detector's box, xyxy in pixels of the image. */
  readonly box: Xyxy;
  readonly mask: ObjectMask;
  /** Pixels of the mask. */
  readonly area: number;
  /** Class number; 0 for FastSAM, which has one. */
  readonly class: number;
  /** The track that it belongs to, from 1; absent where nothing was tracked. */
  readonly trackId?: number;
}

/**
 * The objects found in one image, best first, and how they were found. Immutable: `filter`, `sort`, `select` and the
 * prompts return new results that share image, masks and prototypes with this one. An empty result is a result like
 * any other. Coordinates are pixels of the original image, x to the right, y down.
 */
export class Results implements Iterable<SegmentedObject> {
  readonly image: RgbImage;
  readonly boxes: Boxes;
  /** float32, one for each object, 0 … 1. */
  readonly scores: Float32Array;
  /** On the image's grid, except for non-retina results under `compat`, where they lie on the network input's. */
  readonly masks: Masks;
  /** int32: place of each object in the first, unfiltered result. */
  readonly ids: Int32Array;
  /** int32; absent where the model has one class. */
  readonly classes: Int32Array | undefined;
  /** int32, from 1: the track that each object belongs to; absent where nothing was tracked. */
  readonly trackIds: Int32Array | undefined;
  /** Where the image lies in its video; absent for single images. */
  readonly frame: FramePlace | undefined;
  readonly names: Readonly<Record<number, string>>;
  readonly speed: Speed;
  readonly model: string;
  readonly imgsz: number | readonly [number, number];
  readonly device: string;
  readonly precision: string;
  /** What was asked; null for everything. */
  readonly asked: PromptRecord | null;
  /** What each box, point and text of the prompt found; empty for everything. */
  readonly matches: readonly Match[];
  readonly letterbox: Letterbox;
  readonly compat: Compat | undefined;
  readonly assembly: Assembly | undefined;
  /** The encoders of text prompts, where the model that made these results has some. */
  readonly textModel: TextModelSource | undefined;
  readonly #data: ResultsData & { readonly ids: Int32Array };
  #imageMasks: readonly Mask[] | undefined;

  /** @throws FastSAMError `INVALID_ARGUMENT` if the columns' lengths differ. */
  constructor(data: ResultsData) {
    checkColumns(data);
    this.ids = data.ids ?? Int32Array.from(data.scores, (_, i) => i);
    this.#data = { ...data, ids: this.ids };
    this.image = data.image;
    this.boxes = new Boxes(data.boxes, data.image.width, data.image.height);
    this.scores = data.scores;
    this.masks = new Masks(data.masks);
    this.classes = data.classes;
    this.trackIds = data.trackIds;
    this.frame = data.frame;
    this.names = data.names ?? { 0: 'object' };
    this.speed = data.speed;
    this.model = data.model;
    this.imgsz = data.imgsz;
    this.device = data.device;
    this.precision = data.precision;
    this.asked = data.prompt ?? null;
    this.matches = data.matches ?? [];
    this.letterbox = data.letterbox;
    this.compat = data.compat;
    this.assembly = data.assembly;
    this.textModel = data.textModel;
  }

  /** Number of objects. */
  get length(): number {
    return this.scores.length;
  }

  /** The masks on the image's grid: those of `masks`, brought there from the network's grid where they lie on it. */
  get imageMasks(): readonly Mask[] {
    this.#imageMasks ??= this.masks.list.map((mask) => unletterboxMask(mask, this.letterbox));
    return this.#imageMasks;
  }

  /**
   * One object; negative places count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  at(index: number): SegmentedObject {
    const i = checkIndex('object', index, this.length);
    const mask = new ObjectMask(this.masks.list[i]);
    return {
      id: this.ids[i],
      score: this.scores[i],
      box: this.boxes.at(i),
      mask,
      get area() {
        return mask.area;
      },
      class: this.classes?.[i] ?? 0,
      ...(this.trackIds && { trackId: this.trackIds[i] }),
    };
  }

  *[Symbol.iterator](): IterableIterator<SegmentedObject> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /**
   * The objects at these places, in this order; negative places count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  select(indices: readonly number[]): Results {
    return new Results(selectRows(this.#data, indices));
  }

  /** The objects for which the function holds, in their order. */
  filter(keep: (object: SegmentedObject, index: number) => boolean): Results {
    return this.select([...this].flatMap((object, i) => (keep(object, i) ? [i] : [])));
  }

  /** What the function makes of each object. */
  map<T>(make: (object: SegmentedObject, index: number) => T): T[] {
    return Array.from(this, make);
  }

  /** The objects in the order of a comparison, as `Array.sort` takes it; equals stay in their order. */
  sort(compare: (a: SegmentedObject, b: SegmentedObject) => number): Results {
    const objects = [...this];
    return this.select(objects.map((_, i) => i).sort((a, b) => compare(objects[a], objects[b])));
  }

  /**
   * The same image with some columns replaced, for functions that change masks or choose objects; what is not named
   * stays.
   * @throws FastSAMError `INVALID_ARGUMENT` if the columns' lengths differ.
   */
  with(changes: Partial<ResultsData>): Results {
    return new Results({ ...this.#data, ...changes });
  }

  /**
   * The objects that boxes and points ask for; the network does not run again. What each of them found is in `matches`;
   * an empty result means that nothing matched. With `pick: 'merge'` the answer is one object, its score the best of
   * those merged. A prompt on the answer of a prompt chooses among that answer.
   * @throws FastSAMError `INVALID_PROMPT` when the prompt cannot be answered: wrong lengths, NaN, outside the image.
   */
  prompt(prompt: Prompt): Results {
    return askResults(this, prompt);
  }

  /**
   * The objects that a text means, or any of several texts: CLIP looks at each object once and the features are kept, so
   * that the next text takes milliseconds. How well each text fits each object is in `matches`. An empty result means that
   * no object reached `threshold`, or that there was none to look at.
   *
   * @example
   * const dog = await scene.promptText('a yellow dog');
   * const dogs = await scene.promptText('a dog', { negatives: ['a cat', 'grass', 'a photo of something'], threshold: 0.5 });
   * @throws FastSAMError `INVALID_PROMPT` for an empty or over-long text, `INVALID_ARGUMENT` for other wrong options or
   *   without encoders, `DISPOSED` when the model that brings them was disposed, `ABORTED`, and when the encoders are
   *   loaded what `Clip.load` throws.
   */
  promptText(text: string | readonly string[], options: TextOptions = {}): Promise<Results> {
    return askTexts(this, text, options);
  }

  /** The same objects with cleaned masks; see `RefineOptions`. Objects that lose every pixel go. */
  refine(options: RefineOptions): Results {
    return refineMasks(this, options);
  }

  /**
   * The probability of each pixel to belong to an object, at the prototypes' resolution.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no such object or the prototypes were not kept.
   */
  probabilities(index: number): SoftMask {
    return softMask(this.assembly, checkIndex('object', index, this.length));
  }

  /**
   * Which object each pixel shows, the smallest on top: `height * width` numbers, row by row, 0 for none, else 1 + the
   * object's place in these results.
   */
  labelMap(): Uint32Array {
    const { width, height } = this.image;
    const order = paintOrder(this.imageMasks);
    const labels = paintLabels(
      order.map((i) => this.imageMasks[i]),
      width,
      height,
    );
    return labels.map((label) => (label === 0 ? 0 : order[label - 1] + 1));
  }

  /**
   * An image of the results: masks, outlines and, where asked for, boxes and labels; the prompt if there was one.
   * @returns a new image of the original's size.
   */
  plot(options: DrawOptions = {}): RgbImage {
    return plotScene(this, options);
  }

  /**
   * One object with everything around it transparent, in its tight box.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no such object or its mask is empty.
   */
  cutout(index: number, options: CutoutOptions = {}): Cutout {
    return cutOut(this.image, this.imageMasks[checkIndex('object', index, this.length)], options);
  }

  /** The record that `fastsam --json` prints; `JSON.stringify(results)` calls it. */
  toJSON(): ResultsJson {
    return resultsToJson(this);
  }

  /** COCO annotations; see `mergeCoco` for whole files. */
  toCoco(options: CocoOptions = {}): CocoAnnotation[] {
    return resultsToCoco(this, options);
  }

  /** YOLO segmentation labels, one line an object. */
  toYolo(options: YoloOptions = {}): string {
    return resultsToYolo(this, options);
  }

  /** Lines of the MOTChallenge, one a tracked object: `frame,id,left,top,width,height,score,-1,-1,-1`. */
  toMot(): string {
    return resultsToMot(this);
  }

  /**
   * The file of a format in memory; works in browsers, too.
   * @param format name of a built-in one, or a format of your own (see `defineFormat`).
   * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT` for a format that writes folders, and what the format throws.
   */
  encode(format: OutputFormat | string, options: EncodeOptions = {}): Promise<Uint8Array> {
    return encodeScene(this, format, options);
  }

  /**
   * Writes a file: `.png` or `.jpg` an image (see `plot`), `.json` the record, `.txt` YOLO labels; or what `format` says.
   * @throws FastSAMError `INVALID_ARGUMENT` for a path whose ending tells no format, `UNKNOWN_NAME`, `WRITE_FAILED`.
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    await saveScene(this, path, options);
  }
}
