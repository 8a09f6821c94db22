/** Sequences of images: frames of a video or camera, files of a folder. */
import type { RgbImage } from '../image/rgbImage.js';

/** One image of a source. */
export interface Frame {
  readonly image: RgbImage;
  /** Its number in the source, from 0, skipped ones counted. */
  readonly index: number;
  /** Seconds since the source's beginning; absent for images that are no video. */
  readonly time?: number;
}

/** What is known of a video before its frames are read. */
export interface VideoInfo {
  readonly width: number;
  readonly height: number;
  /** Frames a second of the source, before any stride. */
  readonly fps: number;
  /** Absent where the source does not declare it (cameras, streams). */
  readonly frames?: number;
  /** Seconds; absent as `frames`. */
  readonly duration?: number;
}

/** A video being read: an async iterable of frames, once. Ending the loop early closes it. */
export interface VideoSource extends AsyncIterable<Frame> {
  readonly info: VideoInfo;
  /**
   * Complaints of the decoder that did not end it (a truncated file, broken frames). The list grows during the loop.
   */
  readonly warnings: readonly string[];
  /** Stops the reading and frees what it holds; may be called twice. */
  close(): Promise<void>;
}

/** A video being written. */
export interface VideoSink {
  /** A note if the file differs from the usual, such as another codec. */
  readonly note?: string;
  /** Appends a frame, waiting until there is room for it; it is copied. */
  write(image: RgbImage): Promise<void>;
  /** Ends the file and moves it to its name. */
  finish(): Promise<void>;
  /** Stops and leaves nothing behind; may be called after `finish`. */
  discard(): Promise<void>;
}
