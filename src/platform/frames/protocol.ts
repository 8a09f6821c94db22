/** The messages between the caller's thread and the threads of frames. */
import type { PipedFrame, ProgramEnd, ReadFramesOptions } from '../programTypes.js';

/** What a thread is started with. */
export interface ThreadTask {
  readonly command: string;
  readonly args: readonly string[];
  /** How frames are read; absent: they are written. */
  readonly read?: ReadFramesOptions;
  /**
   * The program's process id in its one element, 0 while there is none. It serves a process that ends without a
   * message.
   */
  readonly pid: Int32Array;
}

export type ToThread =
  /** Asks for one frame. */
  | { readonly type: 'next' }
  | { readonly type: 'write'; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: 'endInput' }
  | { readonly type: 'kill' };

/** Answers to `next` are `frame` or `late`, in the order of the questions; after `end` there are none. */
export type FromThread =
  | { readonly type: 'frame'; readonly frame: PipedFrame }
  | { readonly type: 'late' }
  /** Memory of a frame that was written, to be used again. */
  | { readonly type: 'written'; readonly data: Uint8Array<ArrayBuffer> }
  /** On stderr. */
  | { readonly type: 'said'; readonly text: string }
  | { readonly type: 'end'; readonly end: ProgramEnd };
