/** Progress on stderr: one line that is written over, and only where a person looks. */
import type { OnProgress } from '../progress.js';
import { printable } from '../text/printable.js';

const BAR_WIDTH = 24;
/** Redraws a second. */
const RATE = 10;

/** A line of progress; does nothing where stderr is no terminal. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #last = 0;
  #shown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** @param total 0 or undefined: not known. */
  update(label: string, done: number, total: number | undefined, unit: 'bytes' | 'count'): void {
    if (!this.#stream.isTTY) return;
    const now = Date.now();
    if (now - this.#last < 1000 / RATE && done !== total) return;
    this.#last = now;
    this.#shown = true;
    const format = (n: number) => (unit === 'bytes' ? `${(n / 1e6).toFixed(1)} MB` : String(n));
    const share = total ? Math.min(1, done / total) : 0;
    const bar = total ? ` ${'█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')}` : '';
    const line = `${printable(label)}${bar} ${format(done)}${total ? ` of ${format(total)}` : ''}`;
    // Some terminals do not know how wide they are.
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
  }

  /** Shows the download of a model; hand it over as `onProgress`. */
  readonly download: OnProgress = (event) => {
    if (event.type === 'download') this.update(`downloading ${event.name}`, event.loaded, event.total, 'bytes');
  };

  /** Wipes the line, so that the next message starts clean. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}

/** Seconds for people: `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
