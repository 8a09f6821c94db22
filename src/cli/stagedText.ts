/** Files that are written piece by piece and appear when they are finished. */
import { open, type FileHandle } from 'node:fs/promises';
import { fileError } from '../platform/fileErrors.js';
import type { StagedFile } from '../platform/platform.js';
import { stageFile } from '../platform/tempFiles.js';

/** A file on its way; it begins with the first piece. */
export class StagedText {
  #begun: { readonly staged: StagedFile; readonly file: FileHandle } | undefined;

  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws FastSAMError `WRITE_FAILED` */
  async write(bytes: string | Uint8Array): Promise<void> {
    try {
      this.#begun ??= await begin(this.#path);
      await this.#begun.file.appendFile(bytes);
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
  }

  /** Moves the file to its name; without a piece there is none. */
  async finish(): Promise<void> {
    try {
      await this.#begun?.file.close();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
    await this.#begun?.staged.commit();
  }

  /** Leaves nothing behind; may be called after `finish`. */
  async discard(): Promise<void> {
    await this.#begun?.file.close().catch(() => undefined);
    await this.#begun?.staged.discard();
  }
}

async function begin(path: string): Promise<{ readonly staged: StagedFile; readonly file: FileHandle }> {
  const staged = stageFile(path);
  return { staged, file: await open(staged.temporary, 'wx') };
}
