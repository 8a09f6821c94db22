/** What `segment` prints and writes for each picture, failures included. */
import { resolve } from 'node:path';
import { FastSAMError } from '../errors.js';
import { platform } from '../platform/platform.js';
import { mergeCoco } from '../results/coco.js';
import type { Results } from '../results/results.js';
import { StemNames } from './files.js';
import { pathFor, writeFormats, type Format } from './formats.js';
import { ProgressLine } from './progress.js';
import { describeError, EXIT, exitCodeOf, say } from './run.js';
import type { Source } from './sources.js';

/** Where a picture's results go. */
export interface Target {
  /** Folder for files; none: no files. */
  readonly out: string | undefined;
  readonly formats: readonly Format[];
  /** Print a line of JSON a picture on stdout. */
  readonly json: boolean;
}

/** Gathers what became of the pictures. Files of one picture are written while the caller goes on with the next. */
export class Report {
  readonly #stems: readonly string[];
  readonly #line = new ProgressLine();
  readonly #coco: { results: Results; name: string }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #failed = 0;
  #done = 0;

  /** @throws FastSAMError `INVALID_ARGUMENT` when a file would take the place of one of the pictures. */
  constructor(
    private readonly sources: readonly Source[],
    private readonly target: Target,
  ) {
    const names = new StemNames(target.formats.includes('coco') ? ['coco'] : []); // coco.json is for all pictures
    this.#stems = sources.map(({ name }) => names.next(name));
    refuseToOverwrite(sources, this.#stems, target);
  }

  /** Pictures that are done. */
  get done(): number {
    return this.#done;
  }

  /**
   * Takes one picture's results, once the files of the one before are written: memory stays bounded.
   * @param make gives the results or throws what went wrong with the picture.
   */
  async add(index: number, make: () => Results | Promise<Results>): Promise<void> {
    await this.#writing;
    const source = this.sources[index];
    if (this.sources.length > 1) this.#line.update('segmenting', index, this.sources.length, 'count');
    try {
      const results = await make();
      this.#writing = this.#write(results, source, this.#stems[index]).catch((error: unknown) => {
        this.#fail(source, error);
      });
      this.#writing.catch(() => undefined); // it is awaited later; until then it is no unhandled rejection
    } catch (error) {
      this.#fail(source, error);
    }
  }

  /** Reports something that stands for no picture. */
  refuse(problem: FastSAMError): void {
    this.#failed++;
    say(`fastsam: ${describeError(problem)}`);
  }

  /** Waits for the last files, writes the COCO file, and sets the exit code. */
  async finish(): Promise<void> {
    await this.#writing;
    const { out } = this.target;
    if (out !== undefined && this.#coco.length > 0) await this.#writeCoco(out);
    this.#line.clear();
    if (out !== undefined && this.#done > 0) say(`Written to ${out}/`);
    if (this.#failed > 0) process.exitCode = EXIT.someFailed;
  }

  /** Lets the files that are being written come to their end, after an error too. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#line.clear();
  }

  /** A single picture's wrong prompt, or Ctrl-C, ends the run with its own exit code; a bad picture only itself. */
  #fail(source: Source, error: unknown): void {
    const code = exitCodeOf(error);
    if (code === EXIT.interrupted || (code === EXIT.usage && this.sources.length === 1)) throw error;
    this.#failed++;
    this.#line.clear();
    const message = describeError(error);
    say(`fastsam: ${message.includes(source.name) ? '' : `${source.name}: `}${message}`);
  }

  async #write(results: Results, source: Source, stem: string): Promise<void> {
    const { out, formats, json } = this.target;
    const files = out === undefined ? [] : await writeFormats(results, out, stem, formats);
    if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
    if (out !== undefined && formats.includes('coco')) {
      this.#coco.push({ results: withoutPixels(results), name: source.name });
    }
    const { preprocess, inference, postprocess } = results.speed;
    const time = `${(preprocess + inference + postprocess).toFixed(0)} ms`;
    const count = `${results.length} ${results.length === 1 ? 'object' : 'objects'}`;
    this.#done++;
    this.#line.clear();
    say(`${source.name}: ${count} in ${time}${files.length > 0 ? ` -> ${files.join(', ')}` : ''}`);
  }

  async #writeCoco(out: string): Promise<void> {
    const file = mergeCoco(
      this.#coco.map(({ results }) => results),
      { names: this.#coco.map(({ name }) => name) },
    );
    await platform().writeFileAtomic(pathFor('coco', out, ''), new TextEncoder().encode(`${JSON.stringify(file)}\n`));
  }
}

/** `segment photos/ --out photos` must not draw over the photographs. */
function refuseToOverwrite(sources: readonly Source[], stems: readonly string[], { out, formats }: Target): void {
  if (out === undefined) return;
  const pictures = new Set(sources.map(({ name }) => resolve(name)));
  for (const stem of stems) {
    const path = formats.map((format) => pathFor(format, out, stem)).find((file) => pictures.has(resolve(file)));
    if (path === undefined) continue;
    throw new FastSAMError('INVALID_ARGUMENT', `${path}: is one of the pictures; name another folder with --out`);
  }
}

/** COCO needs masks, boxes and scores only: nothing else is kept until the end. */
function withoutPixels(results: Results): Results {
  const { width, height, path } = results.image;
  return results.with({
    image: { data: new Uint8Array(0), width, height, ...(path !== undefined && { path }) },
    assembly: undefined,
  });
}
