/** Programs that run beside this one: their options, their output and how they end. */

/** How a program ended. */
export interface ProgramEnd {
  /** Exit code; undefined when it could not be started at all; -1 when a signal ended it. */
  readonly code: number | undefined;
  /** The last lines that it printed on stderr, without blank ones. */
  readonly complaints: readonly string[];
}

/** What a program that ran to its end has printed. */
export interface ProgramOutput extends ProgramEnd {
  readonly stdout: string;
}

/**
 * A program beside this one that prints or reads frames, on a thread of its own, which goes on while this one is
 * blocked. It ends with this process, however that ends. It keeps the process alive only while a call waits for it.
 */
interface FramePipe {
  /** Ends it at once; `ended` resolves when that has happened. */
  kill: () => void;
  /** How it ended; all frames that it printed have been taken then, or were given up by `kill`. */
  ended(): Promise<ProgramEnd>;
  /** The last lines on stderr so far. */
  complaints(): readonly string[];
}

/** How frames are read. */
export interface ReadFramesOptions {
  /** Bytes of a frame. */
  readonly frameBytes: number;
  /** Whole frames that wait until they are read; one at least. The program waits while there is no room. */
  readonly ahead: number;
  /** Replace waiting frames by newer ones instead of letting the program wait. */
  readonly drop: boolean;
  /** Longest wait for a frame in milliseconds. Default: no limit. */
  readonly timeout?: number;
}

/** A frame, its number among those that were printed, and its time in seconds if known. */
export interface PipedFrame {
  readonly data: Uint8Array;
  readonly count: number;
  readonly time?: number;
}

/** A program that prints frames on stdout and their times (`FrameTimes`) on descriptor 3. */
export interface FrameOutput extends FramePipe {
  /** Undefined after the last; `late` when none came in time. */
  next(): Promise<PipedFrame | 'late' | undefined>;
}

/** A program that reads frames from standard input. */
export interface FrameFeed extends FramePipe {
  /** Copies a frame, when there is room for it; false: the program has ended. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** Ends its standard input, after the frames that were written. */
  endInput(): void;
}

/** Starts programs, without a shell. */
export interface Programs {
  /** Runs one to its end; the signal ends it. Never rejects. */
  run(command: string, args: readonly string[], signal?: AbortSignal): Promise<ProgramOutput>;
  /** Starts a program that prints frames. */
  readFrames(command: string, args: readonly string[], options: ReadFramesOptions): FrameOutput;
  /** @param frameBytes of each frame. */
  /** Starts a program that takes frames on standard input. */
  feedFrames(command: string, args: readonly string[], frameBytes: number): FrameFeed;
}
