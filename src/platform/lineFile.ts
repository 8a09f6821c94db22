/** Files of JSON lines that are appended to, sound after a crash. */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LineWriter } from './diskTypes.js';
import { fileError } from './fileErrors.js';

/** See `LineWriter`. */
export class LineFile implements LineWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #turn: Promise<void> = Promise.resolve();
  /** Ends a line that could not be written whole. */
  #before = '';

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** See `Disk.openLines`. */
  static async open(path: string, flags: 'a' | 'w' | 'ax' | 'wx'): Promise<LineFile> {
    try {
      return new LineFile(path, await open(path, flags));
    } catch (error) {
      throw fileError('write', path, error);
    }
  }

  async add(value: object): Promise<void> {
    const mine = this.#turn.then(async () => {
      const before = this.#before;
      this.#before = '\n';
      await this.#file.appendFile(`${before}${JSON.stringify(value)}\n`);
      this.#before = '';
    });
    this.#turn = mine.catch(() => undefined);
    await mine.catch((error: unknown) => {
      throw fileError('write', this.#path, error);
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
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
