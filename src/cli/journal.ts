/** Files of JSON lines that are appended to, sound after a crash. */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileError } from '../platform/fileErrors.js';

/** A file to which lines are appended, one after another. */
export class LineFile {
  #turn: Promise<void> = Promise.resolve();
  /** Ends a line that could not be written whole. */
  #before = '';

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * @param flags `a` appends, `w` empties the file first, `ax` and `wx` make a new one.
   * @throws FastSAMError `WRITE_FAILED`
   */
  static async open(path: string, flags: 'a' | 'w' | 'ax' | 'wx'): Promise<LineFile> {
    try {
      return new LineFile(path, await open(path, flags));
    } catch (error) {
      throw fileError('write', path, error);
    }
  }

  /**
   * Appends a line; from then on it survives the process. Calls may overlap.
   * @throws FastSAMError `WRITE_FAILED`
   */
  async add(value: object): Promise<void> {
    const mine = this.#turn.then(async () => {
      const before = this.#before;
      this.#before = '\n';
      await this.file.appendFile(`${before}${JSON.stringify(value)}\n`);
      this.#before = '';
    });
    this.#turn = mine.catch(() => undefined);
    await mine.catch((error: unknown) => {
      throw fileError('write', this.path, error);
    });
  }

  /** Waits for the lines under way. */
  async close(): Promise<void> {
    await this.#turn;
    await this.file.close();
  }
}

/**
 * The lines of a file, one at a time; the last one may be cut off.
 * @throws FastSAMError `FILE_UNREADABLE`
 */
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
