/** One input of the command line. */

/** An image or video to read: a path, URL or camera, or the bytes of an image. */
export interface Source {
  /** What `readImage` or, for a video, `openVideo` takes. */
  readonly input: string | Uint8Array;
  /** How it is called in messages and file names. */
  readonly name: string;
  readonly video?: boolean;
  /** The file is our own, no path that would tell anything: a video from standard input. */
  readonly temporary?: boolean;
}
