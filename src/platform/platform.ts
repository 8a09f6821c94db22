/**
 * The platform: files, image codecs, network and environment, for Node and for browsers. Everything outside goes
 * through it.
 */
import { FastSAMError, invalidArgument } from '../errors.js';
import type { AlphaMode, RawPixels } from '../image/pixels.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Window } from '../image/windowRecord.js';

export type { AlphaMode, RawPixels };
import { requireFunction, requireObject } from '../options/requireKind.js';
import type { Disk } from './diskTypes.js';
import type { Canvases } from './pageTypes.js';
import type { Programs } from './programTypes.js';

/** How an image file is decoded. */
export interface DecodeOptions {
  /** Default 'drop'. */
  readonly alpha?: AlphaMode;
  /** Largest accepted width * height, a guard against decompression bombs. Default MAX_PIXELS. */
  readonly maxPixels?: number;
  /** What becomes of values of more than 8 bits. Default 'full'. */
  readonly window?: Window;
  /** Which image of the file, from 0: frames of animated GIF and WebP, pages of TIFF. Default 0. */
  readonly page?: number;
  /** Longer side from which on the image is scaled down as it is decoded. Default: none is. */
  readonly maxSide?: number;
  /** Pixels of the largest canvas that the browser has; without meaning in Node. Default 16,777,216, WebKit's. */
  readonly maxCanvas?: number;
  /** Name of the image for error messages and for `RgbImage.path`. */
  readonly path?: string;
}

/** Default of `DecodeOptions.maxPixels`: 100 million pixels are 300 MB of RGB. */
export const MAX_PIXELS = 100_000_000;

/**
 * Checks a size that a file claims, before anything is decoded.
 * @throws FastSAMError `INVALID_IMAGE`
 */
export function checkSize(
  size: { readonly width: number; readonly height: number },
  maxPixels: number,
  path = 'bytes',
): void {
  const { width, height } = size;
  if (width * height <= maxPixels) return;
  throw new FastSAMError(
    'INVALID_IMAGE',
    `image ${path}: got ${width} x ${height} pixels, expected at most ${maxPixels} pixels in all; scale it down or raise maxPixels (--max-pixels)`,
  );
}

/** A file of a folder that is written. */
export interface FolderFile {
  /** Its name, without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How a folder is listed. */
export interface ListOptions {
  /** With the folders in it. Default true. */
  readonly deep?: boolean;
  /** With folders whose names begin with a dot. Default true. */
  readonly hidden?: boolean;
}

/** What a path leads to. */
export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 at which it was changed last; absent in browsers. */
  readonly modified?: number;
}

/** A file that a download has left in the cache folder. */
export interface KeptFile {
  readonly path: string;
  /** Its size, or that of the bytes so far. */
  readonly bytes: number;
  /** An attempt that was broken off, or is going on. */
  readonly isUnfinished: boolean;
}

/**
 * A file in progress. Bytes are appended, and only `commit` makes it appear under its name. The next `openPartial` of
 * the same path finds a broken attempt again. No two attempts share bytes.
 */
export interface PartialFile {
  /** Bytes held so far. */
  readonly length: number;
  /** ETag or Last-Modified of the download that these bytes belong to. */
  readonly validator: string | undefined;
  /** Drops the bytes held and remembers a new validator. */
  restart(validator: string | undefined): Promise<void>;
  /** Adds bytes at the end. */
  append(chunk: Uint8Array): Promise<void>;
  /** All bytes held. */
  bytes(): Promise<Uint8Array>;
  /** Moves the bytes to the path in one step, replacing what lies there. */
  commit(): Promise<void>;
  /** Closes the file and leaves the bytes for a later attempt. */
  keep(): Promise<void>;
  /** Closes the file and removes the bytes. */
  discard(): Promise<void>;
}

/** A file under a temporary name, for programs that write files themselves. */
export interface StagedFile {
  /** In the folder of the final path; nothing lies there yet. It goes if the process ends. */
  readonly temporary: string;
  /** Moves it to its name, replacing what lies there. */
  commit(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/**
 * What the package needs from its environment. Failures of files throw `FastSAMError` with `FILE_UNREADABLE` or
 * `WRITE_FAILED`.
 */
export interface Platform {
  readonly name: 'node' | 'browser';
  /** Value of an environment variable; none exist in a browser. */
  env(name: string): string | undefined;
  /** Does the request; in Node no redirect leads from a server outside into the own network. Replace it for proxies or credentials: `usePlatform({ ...nodePlatform, fetch: mine })`. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Whether a host is this machine or of the own network. Not in browsers, which have rules of their own. */
  isPrivateHost?(host: string): Promise<boolean>;

  /**
   * Decodes a file of an image: upright, 8-bit RGB, colour profiles ignored, 16-bit values as `window` says.
   * @throws FastSAMError `INVALID_IMAGE` for anything that is no whole, readable image.
   */
  decodeImage(bytes: Uint8Array, options?: DecodeOptions): Promise<RgbImage>;
  /** Pixels of an image that the DOM holds (image, canvas, video, frame, bitmap); undefined if the value is none. */
  capturePixels(
    source: unknown,
    options?: Pick<DecodeOptions, 'maxSide' | 'maxCanvas'>,
  ): Promise<RawPixels> | undefined;
  /** Canvases to show pictures on. Browsers only. */
  readonly canvases?: Canvases;
  /** Encodes `width * height` pixels of 1, 3 or 4 channels (by the length) as PNG. */
  encodePng(data: RawPixels['data'], width: number, height: number): Promise<Uint8Array>;
  /** As `encodePng`, as JPEG; `quality` 1…100, 90 if not given; alpha is dropped. */
  encodeJpeg(data: RawPixels['data'], width: number, height: number, quality?: number): Promise<Uint8Array>;

  /** The bytes of a regular file: no pipe, socket or device. @throws FastSAMError `FILE_UNREADABLE` */
  readFile(path: string): Promise<Uint8Array>;
  /** The first bytes of a regular file, at most `length`. Not in browsers. @throws FastSAMError `FILE_UNREADABLE` */
  readStart?(path: string, length: number): Promise<Uint8Array>;
  /** Writes a whole file or nothing: readers see the old content or the new one. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a folder with these files, or nothing. Not in browsers.
   * @param options.overwrite replaces an earlier folder of the same kind: one that is empty, or has the first of the
   *   files and none whose name, but for numbers, is none of theirs.
   * @throws FastSAMError `WRITE_FAILED`
   */
  writeFolderAtomic?(
    path: string,
    files: readonly FolderFile[],
    options?: { readonly overwrite?: boolean },
  ): Promise<void>;
  /** Undefined where nothing lies. */
  stat(path: string): Promise<FileStat | undefined>;
  /**
   * Puts a file into a new folder, calls `use` with the folder and removes it again, also when `use` throws or the
   * process is interrupted. Not in browsers.
   */
  withTempFolder?<T>(name: string, bytes: Uint8Array, use: (folder: string) => T): Promise<T>;
  /** A temporary name beside `path`. Not in browsers. */
  stageFile?(path: string): StagedFile;
  /** Not in browsers. */
  readonly disk?: Disk;
  /** Not in browsers. */
  readonly programs?: Programs;
  /** Node's name of the operating system; absent in browsers. */
  readonly os?: string;
  /**
   * The http(s) address that a text means; undefined for a path. In pages relative addresses are meant as well; where a page
   * may keep nothing (plain http), every address is a path.
   */
  addressOf(text: string): string | undefined;
  /** A path of these parts, with the separator of the system. */
  joinPath(...parts: string[]): string;
  /** The absolute path of these parts, each seen from those before it, the first from the working folder. Not in browsers. */
  absolutePath?(...parts: string[]): string;
  /** The path behind all symbolic links; the path itself where nothing lies. Not in browsers. */
  realPath?(path: string): Promise<string>;
  /**
   * Paths of all files in a folder and those below it, sorted. Links to folders are followed; no folder is listed twice.
   * Not in browsers.
   * @throws FastSAMError `FILE_UNREADABLE`
   */
  listFiles?(folder: string, options?: ListOptions): Promise<string[]>;
  /**
   * The value that a YAML text stands for; null for an empty one. Not in browsers.
   * @throws FastSAMError `INVALID_ARGUMENT` with line and column for a text that is no YAML, repeats a key, or is too
   *   long or deep.
   */
  parseYaml?(text: string): unknown;
  /**
   * Path of a `file:` URL.
   * @throws FastSAMError `INVALID_ARGUMENT` for a URL that names no path here.
   */
  pathOfUrl(url: string): string;
  /** Folder for downloads: `FASTSAM_HOME`, else the system's folder for caches. Not created by this call. */
  cacheFolder(): string;
  /** What downloads have left in the cache folder: files, notes beside them, attempts that were broken off. */
  listKept(): Promise<KeptFile[]>;
  /**
   * Removes what `listKept` names, and folders that are empty then; attempts that another process works on stay.
   * @returns whether it is gone. @throws FastSAMError `WRITE_FAILED`
   */
  removeKept(file: KeptFile): Promise<boolean>;
  /** Bytes that the browser lets this page keep, in all. Browsers only, where they say it. */
  storageLimit?(): Promise<number | undefined>;
  /** Path of a file that the package ships, `relative` to the package's root. */
  packageFile(relative: string): string;
  /** Opens a file in progress; what an earlier call has written stays. */
  openPartial(path: string): Promise<PartialFile>;
  /** Hexadecimal, lower case. */
  sha256(bytes: Uint8Array): Promise<string>;

  /**
   * Loads TensorFlow's own library and registers the backend `tensorflow`; never throws. Node only.
   * @param options.cpuOnly hides GPUs from the library for the rest of the process; without effect once it is loaded.
   */
  loadNative?(options?: { readonly cpuOnly?: boolean }): Promise<NativeState>;
  /** Finds WebGPU for a process that has none of its own; never throws, changes nothing. Absent in browsers. */
  findWebGpu?(): Promise<WebGpuState>;
  /** Files and threads of WebAssembly; absent: tfjs' own ways, one thread. */
  readonly wasm?: WasmSupport;
}

/** Why something is missing, and what would help, if anything. */
export interface Obstacle {
  readonly reason: string;
  readonly fix?: string;
}

/** Whether TensorFlow's library is there, and whether it computes on an NVIDIA GPU. */
export type NativeState =
  | { readonly available: true; readonly gpu: true; readonly version: string }
  | { readonly available: true; readonly gpu: false; readonly version: string; readonly noGpu: Obstacle }
  | ({ readonly available: false; readonly noGpu: Obstacle } & Obstacle);

/** Whether WebGPU is there. */
export type WebGpuState =
  | {
      readonly available: true;
      readonly gpu: GPU;
      /** Makes it the process' own (`navigator.gpu` and WebGPU's globals) and registers tfjs' backend `webgpu`. */
      register(): Promise<void>;
    }
  | ({ readonly available: false } & Obstacle);

/** What WebAssembly needs of the platform. */
export interface WasmSupport {
  /** Addresses of tfjs' binaries by their names; absent where tfjs finds them by itself (Node). */
  files?(): Readonly<Record<string, string>>;
  /** How many threads a computation gets, with the caller's own; 1: none beside it. */
  threads(): number;
  /** Starts a thread from a file that the package ships; settles when it answers, rejects where it does not. */
  startThread(): Promise<WasmThread>;
  /** From now on the machine seems to have this many cores, until the function is called that it returns. */
  pretendCores(count: number): () => void;
  /** Starts something of Emscripten, which leaves no traces in the process. */
  quietly<T>(start: () => Promise<T>): Promise<T>;
}

/** A thread that shares the memory of WebAssembly. */
export interface WasmThread {
  /** Sends it a message. */
  post(message: unknown): void;
  /** Receives its messages, instead of the receiver before. */
  listen(receive: (message: unknown) => void): void;
  /** From now on it does not keep the process alive. */
  detach(): void;
  /** Ends it at once. */
  end(): void;
}

let current: Platform | undefined;

/** Registers the platform. The entry points do it on import. @throws FastSAMError `INVALID_ARGUMENT` for what is none. */
export function usePlatform(chosen: Platform): void {
  requireObject('platform', chosen);
  for (const name of ['readFile', 'decodeImage', 'fetch'])
    requireFunction(`platform ${name}`, Reflect.get(chosen, name));
  current = chosen;
}

/** Registers the platform where there is none yet: entries that are imported beside the main one. */
export function offerPlatform(chosen: Platform): void {
  current ??= chosen;
}

/**
 * The platform in use.
 * @throws FastSAMError `INVALID_ARGUMENT` when none is registered.
 */
export function platform(): Platform {
  if (current === undefined) {
    throw invalidArgument(
      "platform: got none, expected a registered one; import the package through its entry point 'fastsam-tfjs' or call usePlatform(…)",
    );
  }
  return current;
}

/**
 * Files and folders of the platform in use.
 * @throws FastSAMError `INVALID_ARGUMENT` where there are none.
 */
export function disk(): Disk {
  const { disk: found, name } = platform();
  if (found) return found;
  throw invalidArgument(`folders: got the platform ${name}, which has none, expected Node`);
}
