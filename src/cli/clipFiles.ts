/** What is written for a clip: drawn videos, files of lines, folders with a file a frame. */
import type { DrawOptions } from '../draw/drawObjects.js';
import type { FolderFormat, ImageFormat, OutputFormat, VideoForm } from '../formats/format.js';
import { encodeFile, formatPath, videoForm, writeScene } from '../formats/write.js';
import type { StagedFolder } from '../platform/diskTypes.js';
import { disk } from '../platform/platform.js';
import type { Results } from '../results/results.js';
import { DrawnVideo } from './drawnVideo.js';
import { StagedText } from './stagedText.js';

/** One output of a clip. */
export interface ClipOutput {
  readonly format: OutputFormat;
  readonly path: string;
}

/** Takes the frames of one output. */
interface FrameSink {
  add(results: Results, frame: Frame): Promise<void>;
  finish?(): Promise<void>;
  discard?(): Promise<void>;
}

interface Frame {
  /** Name of the frame in the run. */
  readonly name: string;
  readonly drawing: DrawOptions;
}

/** The files of one clip, but those of formats for a run. Files appear under their names when the clip is finished. */
export class ClipFiles {
  readonly #outputs: readonly ClipOutput[];
  readonly #sinks: readonly FrameSink[];

  /** @param fps of drawn videos. */
  constructor(outputs: readonly ClipOutput[], fps: number) {
    this.#outputs = outputs.filter(({ format }) => format.scope !== 'run');
    this.#sinks = outputs.flatMap(({ format, path }) => (format.scope === 'run' ? [] : [sinkFor(format, path, fps)]));
  }

  /**
   * Takes the next frame.
   * @param name of the frame in the run.
   * @param drawing how it is drawn.
   * @throws FastSAMError `WRITE_FAILED`, and what formats and `createVideo` throw.
   */
  async add(results: Results, name: string, drawing: DrawOptions = {}): Promise<void> {
    for (const sink of this.#sinks) await sink.add(results, { name, drawing });
  }

  /** @returns what was written. */
  async finish(): Promise<string[]> {
    for (const sink of this.#sinks) await sink.finish?.();
    return this.#outputs.map(({ path }) => path);
  }

  /** Leaves nothing behind that is not finished; may be called after `finish`. */
  async discard(): Promise<void> {
    for (const sink of this.#sinks) await sink.discard?.();
  }
}

/** A frame's number in the names of its files, such that they sort. */
export function frameNumber({ frame }: Pick<Results, 'frame'>): string {
  return `${frame?.index ?? 0}`.padStart(6, '0');
}

function sinkFor(format: ImageFormat | FolderFormat, path: string, fps: number): FrameSink {
  const form = videoForm(format);
  if (form.kind === 'drawn') return drawnSink(form, path, fps);
  return form.kind === 'text' && format.scope === 'image' ? textSink(format, path) : folderSink(format, path);
}

function drawnSink({ draw }: VideoForm & { kind: 'drawn' }, path: string, fps: number): FrameSink {
  const video = new DrawnVideo(path, fps);
  return {
    add: (results, { drawing }) => video.write(draw(results, drawing)),
    finish: () => video.finish(),
    discard: () => video.discard(),
  };
}

function textSink(format: ImageFormat, path: string): FrameSink {
  const text = new StagedText(path);
  return {
    add: async (results, { name }) => text.write(await encodeFile(format, results, contextOf(name))),
    finish: () => text.finish(),
    discard: () => text.discard(),
  };
}

function folderSink(format: ImageFormat | FolderFormat, path: string): FrameSink {
  let staged: StagedFolder | undefined;
  return {
    add: async (results, { name }) => {
      staged ??= await disk().stageFolder(path);
      const file = formatPath(format, staged.temporary, frameNumber(results));
      await writeScene(format, results, file, contextOf(name));
    },
    finish: async () => {
      await staged?.commit();
      staged = undefined;
    },
    discard: async () => staged?.discard(),
  };
}

function contextOf(name: string) {
  return { name, reproducible: false, options: {} };
}
