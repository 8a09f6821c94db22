/** What an output format is: the contract between one kind of file and everything that writes files. */
import { DRAW_OPTIONS, type DrawOptions } from '../draw/drawObjects.js';
import { FastSAMError, invalidArgument } from '../errors.js';
import { flag, integer, number } from '../options/kinds.js';
import type { RowsOf } from '../options/row.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { SceneRecord } from '../record/record.js';

/** How files are made; each format takes what concerns it. */
export interface EncodeOptions extends DrawOptions {
  /** JPEG quality, 1 … 100. Default 90. */
  quality?: number;
  /** YOLO labels: append the score to each line. Default false. */
  saveConf?: boolean;
  /** SVG and labelme: largest distance in pixels that thinning out may move outlines. Default 0: they are exact. */
  tolerance?: number;
}

/** Every option of files. */
export const ENCODE_OPTIONS = {
  ...DRAW_OPTIONS,
  quality: integer(1, 100, { text: 'JPEG quality', otherwise: '90' }),
  saveConf: flag({ text: "YOLO labels: append the score to each line, before the track's id", default: false }),
  tolerance: number(0, Infinity, {
    text: 'SVG and labelme: largest distance in pixels that thinning out may move outlines',
    default: 0,
  }),
} satisfies RowsOf<EncodeOptions>;

/** What a format knows beside the results of an image. */
export interface FormatContext {
  /** Name of the image: its path as given, in a batch its key, for frames of a video `clip.mp4#000012`. */
  readonly name: string;
  /** Leave out what differs from run to run (times), so that an image done again gives the same bytes. */
  readonly reproducible: boolean;
  readonly options: EncodeOptions;
}

/** Content of a file; text is written as UTF-8. */
export type FileContent = Uint8Array | string;

/** What all formats say of themselves. */
export interface FormatBase {
  /** What `--format` calls it: small letters, digits and hyphens. */
  readonly name: string;
  /** One line for lists of formats. */
  readonly about: string;
  /** Ends the names of its files (`.json`) or folders (`-cutouts`). */
  readonly ending: string;
  /** Further endings of files that `Results.save` takes for this format. */
  readonly otherEndings?: readonly string[];
  /** Change it when the same image gives other bytes: a batch that was begun with another version is not gone on with. */
  readonly version?: string;
  /** Only for tracked objects: not offered where single images are written. */
  readonly tracks?: true;
}

/** How the frames of a video are written. */
export type VideoForm =
  /** A folder with one file a frame. */
  | { readonly kind: 'folder'; readonly ending: string }
  /** One file: what `encode` gives for each frame, one after another. */
  | { readonly kind: 'text'; readonly ending: string }
  /** A video of drawn frames. */
  | {
      readonly kind: 'drawn';
      readonly ending: string;
      /** Draws a frame of the video. */
      readonly draw: (scene: SceneRecord, options: DrawOptions) => RgbImage;
    };

/** One file for each image. */
export interface ImageFormat extends FormatBase {
  readonly scope: 'image';
  /** Makes the file of an image. */
  encode(scene: SceneRecord, context: FormatContext): FileContent | Promise<FileContent>;
  /** Absent: a folder `<video>-<name>` with one file a frame. */
  readonly video?: VideoForm;
}

/** A file of an image's folder. */
export interface FolderPart {
  /** Its name, without a folder. */
  readonly name: string;
  readonly content: FileContent;
}

/** One folder of files for each image. Of a video, such a folder for each frame. */
export interface FolderFormat extends FormatBase {
  readonly scope: 'folder';
  /** Makes the files of an image one by one, so that memory holds one of them. */
  encode(scene: SceneRecord, context: FormatContext): Iterable<FolderPart> | AsyncIterable<FolderPart>;
}

/** An image's share of the file of a run. */
export interface RunPart {
  /** `FormatContext.name` of the image. */
  readonly name: string;
  /** Pixels of the image. */
  readonly width: number;
  readonly height: number;
  /** What `encode` made of the image. It may lie on a disk: read it when its turn comes, and keep one at a time. */
  readonly read: () => Promise<Uint8Array>;
}

/** One file for all images of a run; it is called after the format: `coco.json`. */
export interface RunFormat extends FormatBase {
  readonly scope: 'run';
  /** Makes the share of an image. */
  encode(scene: SceneRecord, context: FormatContext): FileContent | Promise<FileContent>;
  /**
   * Makes the file from the shares of all images, piece by piece: there may be millions.
   * @param options.compact no line breaks between records; else one line for each, for files that are too large for editors.
   */
  merge(parts: readonly RunPart[], options: { readonly compact: boolean }): Iterable<string> | AsyncIterable<string>;
}

/** A kind of output file. The built-in ones are `FORMATS`; programs bring their own as objects of the same form. */
export type OutputFormat = ImageFormat | FolderFormat | RunFormat;

/** What tells how files of a format are called. */
export type FormatNaming = Pick<OutputFormat, 'name' | 'scope' | 'ending'>;

const SCOPES = ['image', 'folder', 'run'] as const;
const VIDEO_KINDS = ['folder', 'text', 'drawn'] as const;
/** Files of a batch that are called so are its own. */
const RESERVED: readonly string[] = ['manifest', 'summary', 'failures', 'journal', 'tmp'];

/**
 * Checks a format of one's own, and gives it back with its type.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what is wrong with it.
 *
 * @example
 * const boxes = defineFormat({
 *   name: 'csv', about: 'boxes as CSV', ending: '.csv', scope: 'image',
 *   encode: ({ scores, boxes }) => Array.from(scores, (score, i) => [...boxes.at(i), score].join(',') + '\n').join(''),
 * });
 * await scene.save('boxes.csv', { format: boxes });
 */
export function defineFormat<F extends OutputFormat>(format: F): F {
  checkFormat(format, 'format');
  return format;
}

/**
 * Checks that a value is a format.
 * @param what begins the message.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkFormat(value: unknown, what: string): asserts value is OutputFormat {
  if (typeof value !== 'object' || value === null) {
    throw wrong(
      what,
      `got ${value === null ? 'null' : typeof value}, expected an object with name, ending, scope and encode`,
    );
  }
  const { name, about, ending, scope, encode, merge, video } = membersOf(value, what);
  if (!isName(name)) {
    throw wrong(
      `${what}.name`,
      `got ${show(name)}, expected small letters, digits and hyphens, and none of ${RESERVED.join(', ')}`,
    );
  }
  if (typeof about !== 'string') throw wrong(`${what} ${name}: about`, `got ${show(about)}, expected a line of text`);
  requireEnding(ending, `${what} ${name}: ending`);
  if (!SCOPES.some((one) => one === scope)) {
    throw wrong(`${what} ${name}: scope`, `got ${show(scope)}, expected ${SCOPES.join(', ')}`);
  }
  if (typeof encode !== 'function') throw wrong(`${what} ${name}: encode`, `got ${show(encode)}, expected a function`);
  if (scope === 'run' && typeof merge !== 'function') {
    throw wrong(`${what} ${name}: merge`, `got ${show(merge)}, expected a function, as its scope is run`);
  }
  if (video !== undefined) requireVideo(video, `${what} ${name}: video`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for an object that throws when it is looked at */
function membersOf(value: object, what: string): Readonly<Record<string, unknown>> {
  try {
    const { name, about, ending, scope, encode, merge, video } = value as Record<string, unknown>;
    return { name, about, ending, scope, encode, merge, video };
  } catch (error) {
    throw invalidArgument(
      `${what}: got an object that cannot be read, expected one with name, ending, scope and encode`,
      {
        cause: error,
      },
    );
  }
}

function requireVideo(value: unknown, what: string): void {
  const { kind, ending, draw } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<string, unknown>;
  if (!VIDEO_KINDS.some((one) => one === kind)) {
    throw wrong(`${what}.kind`, `got ${show(kind)}, expected ${VIDEO_KINDS.join(', ')}`);
  }
  requireEnding(ending, `${what}.ending`);
  if (kind === 'drawn' && typeof draw !== 'function')
    throw wrong(`${what}.draw`, `got ${show(draw)}, expected a function`);
}

/** Whether a value, from a file that anybody may have written, says how files of a format are called. */
export function isFormatNaming(value: unknown): value is FormatNaming {
  if (typeof value !== 'object' || value === null) return false;
  const { name, scope, ending } = value as Record<string, unknown>;
  return isName(name) && isEnding(ending) && SCOPES.some((one) => one === scope);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value) && !RESERVED.includes(value);
}

function isEnding(value: unknown): value is string {
  return typeof value === 'string' && /^[.-][A-Za-z0-9._-]+$/.test(value);
}

function requireEnding(value: unknown, what: string): void {
  if (isEnding(value)) return;
  throw wrong(what, `got ${show(value)}, expected an ending such as .json or -cutouts`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : typeof value;
}

function wrong(what: string, message: string): FastSAMError {
  return invalidArgument(`${what}: ${message}`);
}
