/** What was found in one image: the record that everything downstream consumes. */
import type { DrawOptions } from '../draw/drawObjects.js';
import { labelMap } from '../draw/labelMap.js';
import { resultsToCoco, type CocoAnnotation, type CocoOptions } from '../formats/coco.js';
import { cutOut, type Cutout, type CutoutOptions } from '../formats/cutout.js';
import type { EncodeOptions, OutputFormat } from '../formats/format.js';
import { resultsToJson, type ResultsJson } from '../formats/json.js';
import { resultsToMot } from '../formats/mot.js';
import { resultsToLabelme, type LabelmeFile, type LabelmeOptions } from '../formats/labelme.js';
import { plotBlob, plotPixels, showScene, type ImageType } from '../formats/page.js';
import { plotScene } from '../formats/plot.js';
import { encodeScene, saveScene, type SaveOptions } from '../formats/save.js';
import { resultsToSvg, type SvgOptions } from '../formats/svg.js';
import { resultsToYolo, type YoloOptions } from '../formats/yolo.js';
import { anchorIn, type Anchor } from '../geometry/anchors.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import { unletterboxMask } from '../mask/resize.js';
import { DISPLAY, INSPECT, toBase64, type DisplayData } from '../options/show.js';
import { requireFunction } from '../options/requireKind.js';
import { plural } from '../options/showValue.js';
import type { CanvasPixels, DrawingCanvas } from '../platform/pageTypes.js';
import type { PromptKind } from '../prompt/kinds/kind.js';
import type { Prompt } from '../prompt/kinds/list.js';
import type { TextOptions } from '../prompt/textOptions.js';
import type { Xyxy } from '../record/boxes.js';
import { checkIndex } from '../record/indices.js';
import type { MaskLogits } from '../record/maskLogits.js';
import { ObjectMask } from '../record/masks.js';
import { RecordFields, selectRows, type IdentifiedData, type ResultsData, type SceneRecord } from '../record/record.js';
import { softMask, type SoftMask } from '../record/softMask.js';
import { answeredRows, answerPrompt, answerWith } from './answer.js';
import { dataOfJson } from './fromJson.js';
import type { GivenImageOptions } from './givenImage.js';
import { objectLogits, type LogitsOptions } from './objectLogits.js';
import { refineMasks, type RefineOptions } from './refine.js';
import { changed } from './remake.js';

/** One object of an image. */
export interface SegmentedObject {
  /** Its index in the first, unfiltered result; it stays the same through filters and prompts. */
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
  /** The cell of the network's head that it comes from; absent for objects that do not come from one. */
  readonly anchor?: Anchor;
  /** The track that it belongs to, from 1; absent where nothing was tracked. */
  readonly trackId?: number;
}

/**
 * The objects found in one image, best first, and how they were found. Immutable: `filter`, `sort`, `select` and the
 * prompts return new results that share image, masks and prototypes with this one. An empty result is a result like
 * any other. Coordinates are pixels of the original image, x to the right, y down.
 */
export class Results extends RecordFields implements SceneRecord, Iterable<SegmentedObject> {
  readonly #data: IdentifiedData;
  #imageMasks: readonly Mask[] | undefined;

  /** @throws FastSAMError `INVALID_ARGUMENT` if the columns' lengths differ. */
  constructor(data: ResultsData) {
    super(data);
    this.#data = { ...data, ids: this.ids };
  }

  /**
   * The results that a record is of: the inverse of `toJSON`, so that `Results.fromJSON(record).toJSON()` is the record
   * again. Masks are exact, scores and boxes as far as the record has decimals. A record has no pixels, prototypes,
   * anchors and `compat`, and no matches but the scores of texts: what needs them is refused, or is brought by `with`.
   *
   * @example
   * const record = JSON.parse(await readFile('dogs.json', 'utf8')) as ResultsJson;
   * const scene = Results.fromJSON(record, { image: await readImage('dogs.jpg') });
   * await scene.save('dogs.png');
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no such record, and for an image of another size.
   */
  static fromJSON(record: ResultsJson, options: GivenImageOptions = {}): Results {
    return new Results(dataOfJson(record, options));
  }

  get imageMasks(): readonly Mask[] {
    this.#imageMasks ??= this.masks.list.map((mask) => unletterboxMask(mask, this.letterbox));
    return this.#imageMasks;
  }

  /**
   * One object; negative indices count from the end.
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
      ...(this.anchors && this.strides && { anchor: anchorIn(this.letterbox, this.anchors[i], this.strides) }),
      ...(this.trackIds && { trackId: this.trackIds[i] }),
    };
  }

  /** The objects, best first. */
  *[Symbol.iterator](): IterableIterator<SegmentedObject> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /**
   * The objects at these indices, in this order; negative ones count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
   */
  select(indices: readonly number[]): Results {
    return new Results(selectRows(this.#data, indices));
  }

  /** The objects for which the function holds, in their order. */
  filter(keep: (object: SegmentedObject, index: number) => boolean): Results {
    requireFunction('filter', keep);
    return this.select([...this].flatMap((object, i) => (keep(object, i) ? [i] : [])));
  }

  /** What the function makes of each object. */
  map<T>(make: (object: SegmentedObject, index: number) => T): T[] {
    requireFunction('map', make);
    return Array.from(this, make);
  }

  /** The objects in the order of a comparison, as `Array.sort` takes it; equals stay in their order. */
  sort(compare: (a: SegmentedObject, b: SegmentedObject) => number): Results {
    requireFunction('sort', compare);
    const objects = [...this];
    return this.select(objects.map((_, i) => i).sort((a, b) => compare(objects[a], objects[b])));
  }

  /**
   * The same image with some columns replaced, for functions that change masks or choose objects; what is not named
   * stays. Other `maskInputs` (prototypes, coefficients, threshold) without `masks` make the masks again; objects that lose
   * every pixel stay, with an empty mask.
   *
   * @example
   * const { maskInputs } = scene;
   * const wider = maskInputs && scene.with({ maskInputs: { ...maskInputs, threshold: -1 } });
   * @throws FastSAMError `INVALID_ARGUMENT` if the columns' lengths differ, or the prototypes are of another network input.
   */
  with(changes: Partial<ResultsData>): Results {
    return new Results(changed(this.#data, changes));
  }

  /**
   * The objects that boxes and points ask for; the network does not run again. What each of them found is in `matches`;
   * an empty result means that nothing matched. With `pick: 'merge'` the answer is one object, its score the best of
   * those merged. A prompt on the answer of a prompt chooses among that answer.
   * @throws FastSAMError `INVALID_PROMPT` when the prompt cannot be answered: wrong lengths, NaN, outside the image.
   */
  prompt(prompt: Prompt): Results {
    return new Results(answeredRows(this.#data, answerPrompt(this, prompt)));
  }

  /**
   * The objects that a prompt of your own kind asks for. The answer notes it in `promptRecord`, and `plot` draws it with the
   * kind's `draw`. Masks are looked at on the image's grid, under `compat` too.
   *
   * @example
   * const large: PromptKind<number> = {
   *   name: 'large',
   *   parse: (pixels) => pixels,
   *   select: ({ masks }, pixels) => ({ indices: masks.flatMap(({ area }, i) => (area >= pixels ? [i] : [])), matches: [] }),
   *   record: (pixels) => ({ large: pixels }),
   * };
   * const rooms = scene.promptWith(large, 10_000);
   * @throws FastSAMError `INVALID_PROMPT` for a value that asks for nothing, `INVALID_ARGUMENT` for indices of no object or a
   *   merged mask on another grid, and what the kind throws.
   */
  promptWith<V, P, R extends object>(kind: PromptKind<V, P, R>, value: V): Results {
    return new Results(answeredRows(this.#data, answerWith(this, kind, value)));
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
  async promptText(text: string | readonly string[], options: TextOptions = {}): Promise<Results> {
    const { answerTexts } = await import('./answerTexts.js');
    return new Results(answeredRows(this.#data, await answerTexts(this, text, options)));
  }

  /** The same objects with cleaned masks; see `RefineOptions`. Objects that lose every pixel go. */
  refine(options: RefineOptions): Results {
    const { indices, masks } = refineMasks(this, options);
    return this.select(indices).with({ masks });
  }

  /**
   * The probability of each pixel to belong to an object, at the prototypes' resolution.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no such object or the prototypes were not kept.
   */
  probabilities(index: number): SoftMask {
    return softMask(this.maskInputs, checkIndex('object', index, this.length));
  }

  /**
   * The logits of an object's mask, not cropped by its box: `prototype` as the network gives them, a quarter of its input
   * with the letterbox border; `image` (default) resampled to the image's pixels, where the mask is what lies above the
   * threshold (0) inside the box.
   * @param index negative ones count from the end.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no such object, the prototypes were not kept, or for another
   *   resolution.
   */
  logits(index: number, options: LogitsOptions = {}): MaskLogits {
    return objectLogits(this, index, options);
  }

  /**
   * Which object each pixel shows, the smallest on top: `height * width` numbers, row by row, 0 for none, else 1 + the
   * object's index in these results.
   * @throws FastSAMError `INVALID_ARGUMENT` for more than 65,535 objects.
   */
  labelMap(): Uint16Array {
    return labelMap(this.imageMasks, this.image.width, this.image.height);
  }

  /**
   * An image of the results: masks, outlines and, where asked for, boxes and labels; the prompt if there was one.
   * @returns a new image of the original's size.
   */
  plot(options: DrawOptions = {}): RgbImage {
    return plotScene(this, options);
  }

  /**
   * Shows the image of `plot` on a canvas of a page or a worker, which takes the image's size; style it to scale it.
   * @throws FastSAMError `INVALID_ARGUMENT` for what is no canvas or one in use in another way, and in Node.
   */
  draw(canvas: DrawingCanvas, options: DrawOptions = {}): void {
    showScene(this, canvas, options);
  }

  /**
   * The image of `plot` as pixels for a canvas.
   * @throws FastSAMError `INVALID_ARGUMENT` in Node.
   */
  toImageData(options: DrawOptions = {}): CanvasPixels {
    return plotPixels(this, options);
  }

  /**
   * The image of `plot` as a file in memory, for downloads and uploads, in Node too.
   * @throws FastSAMError `INVALID_ARGUMENT` for another type.
   */
  toBlob(type: ImageType = 'image/png', options: EncodeOptions = {}): Promise<Blob> {
    return plotBlob(this, type, options);
  }

  /**
   * One object with everything around it transparent, in its bounding rectangle.
   * @throws FastSAMError `INVALID_ARGUMENT` where there is no such object or its mask is empty.
   */
  cutout(index: number, options: CutoutOptions = {}): Cutout {
    return cutOut(this.image, this.imageMasks[checkIndex('object', index, this.length)], options);
  }

  /** The record that `fastsam --json` prints; `JSON.stringify(results)` calls it, `Results.fromJSON` is the way back. */
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

  /** An SVG with a path for each object, along the corners of pixels; see `SvgOptions`. */
  toSvg(options: SvgOptions = {}): string {
    return resultsToSvg(this, options);
  }

  /** The file of the annotation tool labelme; see `LabelmeOptions`. */
  toLabelme(options: LabelmeOptions = {}): Promise<LabelmeFile> {
    return resultsToLabelme(this, options);
  }

  /** Lines of the MOTChallenge, one a tracked object: `frame,id,left,top,width,height,score,-1,-1,-1`. */
  toMot(): string {
    return resultsToMot(this);
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    const { image, model, imgsz, device, precision, promptRecord } = this;
    const asked = promptRecord ? `, asked for ${JSON.stringify(promptRecord)}` : '';
    const size = [imgsz].flat().join(' x ');
    const how = `${model}, ${size} px, ${device} ${precision}`;
    return `Results: ${plural(this.length, 'object')} in ${image.width} x ${image.height} pixels (${how})${asked}`;
  }

  /** The picture that a notebook shows: the drawn objects. */
  async [DISPLAY](): Promise<DisplayData> {
    return { 'text/plain': this[INSPECT](), 'image/jpeg': toBase64(await this.encode('jpg')) };
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
