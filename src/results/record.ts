/** What exporters read of the results of one image: the columns alone, without a way back to `Results`. */
import type { Letterbox } from '../image/letterbox.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';
import type { Match } from '../prompt/types.js';
import type { Xyxy } from './boxes.js';
import type { Assembly, FramePlace, PromptRecord, Speed } from './data.js';

/** The objects of one image as columns, in the order of the objects. `Results` is one. Coordinates are pixels of the image. */
export interface SceneRecord {
  readonly image: RgbImage;
  /** The detector's boxes, xyxy. */
  readonly boxes: { at(index: number): Xyxy };
  /** float32 `n`, 0 … 1. */
  readonly scores: Float32Array;
  /** `n` masks on the image's grid. */
  readonly imageMasks: readonly Mask[];
  /** int32 `n`: index of each object in the first, unfiltered result. */
  readonly ids: Int32Array;
  /** int32 `n`; absent where the model has one class. */
  readonly classes: Int32Array | undefined;
  /** int32 `n`, from 1; absent where nothing was tracked. */
  readonly trackIds: Int32Array | undefined;
  /** Where the image lies in its video; absent for single images. */
  readonly frame: FramePlace | undefined;
  /** Names of the classes by index. */
  readonly names: Readonly<Record<number, string>>;
  readonly speed: Speed;
  readonly model: string;
  readonly imgsz: number | readonly [number, number];
  readonly device: string;
  readonly precision: string;
  /** The prompt; null for everything. */
  readonly asked: PromptRecord | null;
  /** What each part of the prompt found. */
  readonly matches: readonly Match[];
  readonly letterbox: Letterbox;
  /** What masks were made of; absent where objects were merged. */
  readonly assembly: Assembly | undefined;
}
