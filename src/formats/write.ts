/** Files of formats: how they are called, made and written. */
import { FastSAMError, invalidArgument } from '../errors.js';
import { disk, platform } from '../platform/platform.js';
import type { SceneRecord } from '../record/record.js';
import type {
  FileContent,
  FolderFormat,
  FormatContext,
  FormatNaming,
  ImageFormat,
  OutputFormat,
  RunFormat,
  RunPart,
  VideoForm,
} from './format.js';
import { FORMATS } from './list.js';

/** Path of an image's file or folder; of a format for a run, of the one file. */
export function formatPath({ name, scope, ending }: FormatNaming, folder: string, stem: string): string {
  return platform().joinPath(folder, `${scope === 'run' ? name : stem}${ending}`);
}

/** How the frames of a video are written. */
export function videoForm(format: ImageFormat | FolderFormat): VideoForm {
  if (format.scope === 'folder') return { kind: 'folder', ending: format.ending };
  return format.video ?? { kind: 'folder', ending: `-${format.name}` };
}

/** Path of a video's file or folder; of a format for a run, of the one file. */
export function videoPath(format: OutputFormat, folder: string, stem: string): string {
  if (format.scope === 'run') return formatPath(format, folder, stem);
  return platform().joinPath(folder, `${stem}${videoForm(format).ending}`);
}

/**
 * Two formats whose files would have the same names, or one of the caller's that is called like a built-in one.
 * @param path how files are called: `formatPath`, for videos `videoPath`.
 * @returns a message for people; undefined where there are none.
 */
export function sameNames(
  formats: readonly OutputFormat[],
  path: (format: OutputFormat, folder: string, stem: string) => string = formatPath,
): string | undefined {
  const paths = formats.map((format) => path(format, '', '*')); // no stem is called so
  const own = formats.find((format) => !FORMATS.includes(format) && FORMATS.some(({ name }) => name === format.name));
  if (own) return `a format of your own is called ${own.name} like a built-in one: give it another name.`;
  for (const [i, { name }] of formats.entries()) {
    const other = formats.slice(0, i).find((before, k) => before.name === name || paths[k] === paths[i]);
    if (other) return `${other.name} and ${name} have files of the same names: use two output folders.`;
  }
  return undefined;
}

/**
 * The file that an image gets, or its share of the file of a run.
 * @throws FastSAMError what the format throws; `INVALID_ARGUMENT` for a format of one's own that fails or gives no content.
 */
export async function encodeFile(
  format: ImageFormat | RunFormat,
  scene: SceneRecord,
  context: FormatContext,
): Promise<Uint8Array> {
  return guard(format, context.name, async () => bytesOf(format, await format.encode(scene, context)));
}

/** An image's share of the file of a run, in memory. @throws FastSAMError as `encodeFile`. */
export async function encodePart(format: RunFormat, scene: SceneRecord, context: FormatContext): Promise<RunPart> {
  const bytes = await encodeFile(format, scene, context);
  const { width, height } = scene.image;
  return { name: context.name, width, height, read: () => Promise.resolve(bytes) };
}

/**
 * The pieces of the file of a run.
 * @throws FastSAMError `INVALID_ARGUMENT` for a format of one's own that fails or gives no texts.
 */
export async function* mergedPieces(
  format: RunFormat,
  parts: readonly RunPart[],
  options: { readonly compact: boolean },
): AsyncGenerator<string, void> {
  try {
    for await (const piece of format.merge(parts, options)) {
      if (typeof (piece as unknown) !== 'string')
        throw invalid(format, `got ${typeof piece} from merge, expected texts`);
      yield piece;
    }
  } catch (error) {
    throw failureOf(format, 'merge failed', error);
  }
}

/** The file of a run as one piece of memory. */
export async function mergeFile(format: RunFormat, parts: readonly RunPart[]): Promise<Uint8Array> {
  let text = '';
  for await (const piece of mergedPieces(format, parts, { compact: true })) text += piece;
  return new TextEncoder().encode(text);
}

/**
 * Writes an image's file, folder, or share of the file of a run. It appears whole, and a folder takes the place of an
 * earlier one.
 * @throws FastSAMError `WRITE_FAILED`, and as `encodeFile`.
 */
export async function writeScene(
  format: OutputFormat,
  scene: SceneRecord,
  path: string,
  context: FormatContext,
): Promise<void> {
  if (format.scope !== 'folder') {
    await platform().writeFileAtomic(path, await encodeFile(format, scene, context));
    return;
  }
  const staged = await disk().stageFolder(path);
  try {
    await guard(format, context.name, async () => {
      for await (const { name, content } of format.encode(scene, context)) {
        if (/[/\\]|^\.*$/.test(name))
          throw invalid(format, `got the file name '${name}', expected one without folders`);
        await platform().writeFileAtomic(platform().joinPath(staged.temporary, name), bytesOf(format, content));
      }
    });
  } catch (error) {
    await staged.discard();
    throw error;
  }
  await staged.commit();
}

/** Says which format failed, on which image, where that is not our own. */
async function guard<T>(format: OutputFormat, image: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(format, `encode failed for ${image}`, error);
  }
}

function failureOf(format: OutputFormat, what: string, error: unknown): unknown {
  if (error instanceof FastSAMError || FORMATS.includes(format)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return invalidArgument(`format ${format.name}: ${what}: ${reason}`, { cause: error });
}

function bytesOf(format: OutputFormat, content: FileContent): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (ArrayBuffer.isView(content)) return content;
  throw invalid(format, `got ${typeof content} from encode, expected a text or a Uint8Array`);
}

function invalid({ name }: OutputFormat, message: string): FastSAMError {
  return invalidArgument(`format ${name}: ${message}`);
}
