/** The files about all images of a run, such as `coco.json`. */
import type { OutputFormat, RunFormat, RunPart } from '../formats/format.js';
import { encodePart, formatPath, mergedPieces } from '../formats/write.js';
import { disk } from '../platform/platform.js';
import type { Results } from '../results/results.js';

/** Gathers each image's share; masks and images are not kept. */
export class RunFiles {
  readonly #folder: string;
  readonly #parts: ReadonlyMap<RunFormat, RunPart[]>;

  /** @param formats those that are not for a run are left out. */
  constructor(formats: readonly OutputFormat[], folder: string) {
    this.#folder = folder;
    this.#parts = new Map(formats.flatMap((format) => (format.scope === 'run' ? [[format, []]] : [])));
  }

  /** @param name of the image or frame. */
  async add(results: Results, name: string): Promise<void> {
    for (const [format, parts] of this.#parts) {
      parts.push(await encodePart(format, results, { name, reproducible: false, options: {} }));
    }
  }

  /**
   * Writes the files; without an image there are none.
   * @returns their paths.
   * @throws FastSAMError `WRITE_FAILED`, and what formats throw.
   */
  async finish(): Promise<string[]> {
    const written: string[] = [];
    for (const [format, parts] of this.#parts) {
      if (parts.length === 0) continue;
      const path = formatPath(format, this.#folder, '');
      await disk().writePieces(path, mergedPieces(format, parts, { compact: true }));
      written.push(path);
    }
    return written;
  }
}
