/**
 * The protocol between the driver of a benchmark and its workers. Each contender is a process of its own that loads
 * once and then waits for its turn on standard input; messages are lines of JSON. Workers mark theirs with a record
 * separator (RFC 7464), so that other output of a library is ignored. tools/bench/peers.py speaks the same protocol.
 */

/** The network alone: a letterboxed image in, its outputs read back. */
export interface NetworkTask {
  readonly kind: 'network';
  /** A file of `height * width * 3` bytes, RGB. */
  readonly pixels: string;
  readonly width: number;
  readonly height: number;
}

/** An image's file in, the JSON of its objects out, masks at the image's resolution. */
export interface SegmentTask {
  readonly kind: 'segment';
  readonly image: string;
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
}

export type Task = NetworkTask | SegmentTask;

/** What the driver asks for. */
export type Request =
  /** Prepare a task, run it once, and return the fingerprint of its result. */
  | { readonly do: 'add'; readonly name: string; readonly task: Task }
  /** Run a task that was added, and return how long it took. */
  | { readonly do: 'run'; readonly name: string }
  | { readonly do: 'memory' };

/** What a task gives; see fingerprint.ts. */
export interface Added {
  readonly fingerprint: readonly number[];
  /** Segment tasks: the objects' scores, falling. */
  readonly scores?: readonly number[];
}

/** Milliseconds of one run. */
export interface Timing {
  readonly wall: number;
  /** User and system time of the whole process. */
  readonly cpu: number;
}

/** Bytes of resident memory. */
export interface Memory {
  readonly now: number;
  /** Since the process started. */
  readonly peak: number;
}

/** A worker's first message, once it can take requests: what it runs, for people. */
export interface Ready {
  readonly ready: string;
}

/** An answer when something went wrong. */
export interface Failure {
  readonly error: string;
}

const MARK = '\u001e';

/** A worker's message as a line. */
export function encodeReply(reply: object): string {
  return `${MARK}${JSON.stringify(reply)}\n`;
}

/** The message in a line of a worker's output; undefined for anything else that a process prints. */
export function decodeReply(line: string): unknown {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : undefined;
}
