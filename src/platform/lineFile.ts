/** Files of JSON lines that are appended to, sound after a crash. */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { LineWriter } from './diskTypes.js';
import { fileError } from './fileErrors.js';
import { flushFolder } from './flush.js';

/** A line on its way, and who waits for it. */
interface Waiting {
  readonly value: object;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** See `LineWriter`. Lines that come while others are being written go to the disk together. */
export class LineFile implements LineWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Ends a line that could not be written whole. */
  #before = '';

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** See `Disk.openLines`. */
  static async open(path: string, flags: 'a' | 'w' | 'ax' | 'wx'): Promise<LineFile> {
    try {
      const file = new LineFile(path, await open(path, flags));
      await flushFolder(dirname(path));
      return file;
    } catch (error) {
      throw fileError('write', path, error);
    }
  }

  async add(value: object): Promise<void> {
    const mine = new Promise<void>((done, failed) => this.#waiting.push({ value, done, failed }));
    this.#writing ??= this.#writeAll();
    await mine.catch((error: unknown) => {
      throw fileError('write', this.#path, error);
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      const written: Waiting[] = [];
      try {
        for (const each of taken) if (await this.#write(each)) written.push(each);
        await this.#file.datasync();
        for (const { done } of written) done();
      } catch (error) {
        for (const { failed } of written) failed(error);
      }
    }
    this.#writing = undefined; // in the same step as the look at what waits
  }

  /** @returns whether the line was written. */
  async #write({ value, failed }: Waiting): Promise<boolean> {
    const before = this.#before;
    this.#before = '\n';
    try {
      await this.#file.appendFile(`${before}${JSON.stringify(value)}\n`);
    } catch (error) {
      failed(error);
      return false;
    }
    this.#before = '';
    return true;
  }
}

/** See `Disk.readLines`. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path);
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) yield line;
  } catch (error) {
    throw fileError('read', path, error);
  } finally {
    stream.destroy();
  }
}
