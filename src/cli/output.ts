/** What commands print: text and JSON that cannot forge lines, on streams that may break. */
import { codeOf } from '../platform/fileErrors.js';
import { printable, printableJson } from '../text/printable.js';

type StreamName = 'stdout' | 'stderr';

/** Streams that nobody reads any more, or that cannot be written. */
const broken = new Set<StreamName>();
let writing = false;
let onFailure: (error: unknown) => void = () => undefined;

/** Prints lines for people on standard output. */
export function print(...lines: readonly string[]): void {
  write('stdout', lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints a value as one line of JSON on standard output. */
export function printJson(value: unknown): void {
  write('stdout', `${printableJson(value)}\n`);
}

/**
 * Says that the run writes files: then it goes on, in silence, when standard output is closed (`fastsam … | head -1`). Else
 * what it prints is all of its result, and it ends.
 */
export function writesFiles(): void {
  writing = true;
}

/**
 * Watches both streams from now on. A reader that has gone is no error.
 * @param fail is called once for standard output that cannot be written: the disk behind it is full.
 */
export function guardStreams(fail: (error: unknown) => void): void {
  broken.clear();
  writing = false;
  onFailure = fail;
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].on('error', (error) => {
      breakStream(name, error);
    });
  }
}

/** Writes a text as it is. A full disk throws at once, a pipe tells later. */
export function write(name: StreamName, text: string): void {
  if (broken.has(name)) return;
  try {
    process[name].write(text);
  } catch (error) {
    breakStream(name, error);
  }
}

function breakStream(name: StreamName, error: unknown): void {
  if (broken.has(name)) return;
  broken.add(name);
  if (name === 'stderr') return; // there is nowhere to say it
  if (codeOf(error) !== 'EPIPE') onFailure(error);
  if (!writing) process.exit();
}
