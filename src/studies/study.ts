/** What a study is: the contract between one experiment and the command `fastsam study` that runs it. */
import type { CocoDetection } from '../evaluate/coco/types.js';
import type { ImageInput } from '../source/readImage.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Segmenter } from '../model/segmenter.js';
import type { SegmentOptions } from '../model/options.js';
import type { OnProgress } from '../progress.js';
import type { Results } from '../results/results.js';
import type { Row } from '../options/row.js';

/** What a study computes over all images; null where it is not defined, as a recall without ground truth. */
export type Metrics = Readonly<Record<string, number | null>>;

/** Values of a study's own options, by name in camelCase; only finite numbers, strings, booleans, lists of them. */
export type StudyOptions = Readonly<Record<string, unknown>>;

/** The part of `SegmentOptions` that a study may preset and a user may change. */
export type StudySettings = Pick<
  SegmentOptions,
  'imgsz' | 'conf' | 'iou' | 'maxDet' | 'snapFullBoxes' | 'retinaMasks' | 'edit'
>;

/**
 * What was measured on one image: one line of JSON. It holds all that `summarise` needs, as numbers that add up
 * (counts, sums). So a figure over any choice of images follows from their records alone.
 */
export interface StudyRecord {
  /** The image's name, the same in every run on the same data. */
  readonly key: string;
}

/** One thing to measure: an image with its ground truth, which `measure` reads only when its turn comes. */
export interface StudyItem {
  readonly key: string;
  readonly image: ImageInput;
}

/** An option of a study alone. */
export interface StudyRow extends Row {
  /**
   * Whether the run's identity includes the value. Default true. False for an option that only names files, whose content
   * counts elsewhere (`inputs`, `fingerprint`).
   */
  readonly inIdentity?: boolean;
}

/** The options of a study alone, by name in camelCase. */
export type StudyRows = Readonly<Record<string, StudyRow>>;

/** Files of a data set. Paths inside are joined with `platform().joinPath`; reading is `platform().readFile`. */
export interface StudyFiles {
  /**
   * Names of the files in a folder and below it, relative, with `/`, in the order of their characters' codes.
   * @throws FastSAMError `FILE_UNREADABLE`
   */
  list(folder: string): Promise<readonly string[]>;
}

/** A user's arguments and options, and what the run provides. */
export interface StudyRequest {
  /** Values of `Study.arguments`, in their order. */
  readonly args: readonly string[];
  readonly options: StudyOptions;
  readonly files: StudyFiles;
  readonly signal: AbortSignal | undefined;
  /** Hears about what is downloaded beside the model. */
  readonly onProgress?: OnProgress;
}

/** A figure, for `compare` and for tables. */
export interface Metric {
  /** Its name in `Metrics`. */
  readonly key: string;
  readonly label: string;
  readonly better: 'higher' | 'lower';
}

/** A table of the summary, as Markdown. Numbers get three decimals unless they are whole. */
export interface StudyTable {
  readonly title: string;
  /** Heads of the columns after the first, which holds the rows' names. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | string | null)[] }[];
  /** Where the other rows come from, what they were measured on. */
  readonly note?: string;
}

/** A file that a study adds to its folder. */
export interface StudyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What was found in an image, in forms that other programs evaluate; see `OpenedStudy.predict`. */
export interface StudyPrediction {
  /** COCO results: `image_id`, `category_id`, `score`, `bbox`, `segmentation`. */
  readonly objects?: readonly CocoDetection[];
  /** Images by kind, as `{ maps: … }`; they become `maps/KEY.png`. */
  readonly images?: Readonly<Record<string, RgbImage>>;
}

/** What a summary is made for. */
export interface TableContext {
  readonly model: string;
  readonly images: number;
  readonly options: StudyOptions;
}

/** A study with its data at hand. */
export interface OpenedStudy<R extends StudyRecord = StudyRecord, I extends StudyItem = StudyItem> {
  /** Everything there is to measure; the order is that of records and tables. Keys are unique. */
  readonly items: readonly I[];
  /**
   * Distinguishes this data from other data with the same keys: a hash of the annotations, or `fingerprintOf`. Default:
   * none, keys alone tell data apart.
   */
  readonly fingerprint?: string;
  /**
   * SHA-256 of further files that figures depend on and that are no ground truth: hints, a detector's boxes. Runs that
   * differ in them cannot continue each other but can be compared.
   */
  readonly inputs?: Readonly<Record<string, string>>;
  /**
   * Finds the objects of an item where that takes more than `segment` of its image (tiles, several images). Without it
   * the images are streamed, so that the next one is read while this one is in the network.
   */
  segment?(
    item: I,
    model: Pick<Segmenter, 'segment'>,
    settings: StudySettings,
    signal: AbortSignal | undefined,
  ): Promise<Results>;
  /** Compares what was found in an image with its ground truth. `scene` is not kept, so memory stays bounded. */
  measure(item: I, scene: Results): Promise<R> | R;
  /** The image of an item: a cell of the sheet of best and worst cases, and what `--images` writes. */
  draw?(item: I, scene: Results, record: R): Promise<RgbImage> | RgbImage;
  /**
   * What `--predictions` writes of an item. Default: all objects as COCO results.
   * @param imageId the image's number: that of the annotations, else its place in `items` from 1.
   */
  predict?(item: I, scene: Results, imageId: number): Promise<StudyPrediction> | StudyPrediction;
  /** Further files for the run's folder, made of all records: curves, polygons, scored lists. */
  files?(records: readonly R[], metrics: Metrics): Promise<readonly StudyFile[]> | readonly StudyFile[];
  /** Frees what the study loaded beside the model. Called once when the run ends, also after an error. */
  dispose?(): void;
}

/** An experiment on many images. Everything is pure but `open` and what it returns. */
export interface Study<R extends StudyRecord = StudyRecord, I extends StudyItem = StudyItem> {
  /** The word after `fastsam study`. */
  readonly name: string;
  /** One line for the list of studies. */
  readonly summary: string;
  /** Text after the options in `--help`: data layout, an example. */
  readonly help: string;
  /** Positional arguments, all of them required. */
  readonly arguments: readonly { readonly name: string; readonly description: string }[];
  readonly options: StudyRows;
  /** What the method's authors used, or what the figures need; a user's options come first, the model's defaults last. */
  readonly settings: StudySettings;
  readonly metrics: readonly Metric[];
  /** @throws FastSAMError for data that is missing or broken. */
  open(request: StudyRequest): Promise<OpenedStudy<R, I>>;
  /** The figures of any choice of images, repetitions included: the bootstrap calls it with resampled lists. */
  summarise(records: readonly R[], options: StudyOptions): Metrics;
  /** Tables with our row and the paper's beside it. */
  tables(metrics: Metrics, context: TableContext): readonly StudyTable[];
  /** Quality of an image's record for the best and worst cases, larger is better; null: not shown. */
  quality?(record: R): number | null;
  /** A few words below an image of the sheet; default: its key and quality. */
  caption?(record: R): string;
}

/**
 * A study as its author writes it. `defineStudy` fills in what is left out: no text, no arguments, options or settings, and
 * one table of all figures.
 */
export type StudyDefinition<R extends StudyRecord = StudyRecord, I extends StudyItem = StudyItem> = Omit<
  Study<R, I>,
  'summary' | 'help' | 'arguments' | 'options' | 'settings' | 'tables'
> &
  Partial<Study<R, I>>;
