/** Results as bytes and as files of a format. */
import { invalidArgument } from '../errors.js';
import { custom } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { platform } from '../platform/platform.js';
import type { SceneRecord } from '../record/record.js';
import { checkFormat, ENCODE_OPTIONS, type EncodeOptions, type FormatContext, type OutputFormat } from './format.js';
import { FORMATS, formatNamed } from './list.js';
import { encodeFile, encodePart, mergeFile, writeScene } from './write.js';
import { requireText } from '../options/requireKind.js';

/** Options of `Results.save`. */
export interface SaveOptions extends EncodeOptions {
  /** A format of your own, or the name of a built-in one. Default: the first whose files end as the path does. */
  format?: OutputFormat | string;
}

/** Every option of `Results.save`. */
export const SAVE_OPTIONS = {
  ...ENCODE_OPTIONS,
  format: custom<OutputFormat | string>('a format or the name of one', isFormatOrName, {
    text: 'a format of your own, or the name of a built-in one',
    otherwise: 'the first whose files end as the path does',
  }),
} satisfies RowsOf<SaveOptions>;

function isFormatOrName(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/**
 * The file of a format in memory; works in browsers, too.
 * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT` for a format that writes folders, and what the format throws.
 */
export async function encodeScene(
  scene: SceneRecord,
  format: OutputFormat | string,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  checkOptions(ENCODE_OPTIONS, options);
  const chosen = formatOf(format);
  const context = contextOf(scene, options);
  if (chosen.scope === 'image') return encodeFile(chosen, scene, context);
  if (chosen.scope === 'run') return mergeFile(chosen, [await encodePart(chosen, scene, context)]);
  throw invalidArgument(
    `encode: got the format ${chosen.name}, which writes folders, expected one that writes a file; use save`,
  );
}

/**
 * Writes the file or folder of a format, and the folders of its path. It appears whole or not at all; a folder takes the
 * place of an earlier one.
 * @throws FastSAMError `INVALID_ARGUMENT` for a path whose ending tells no format, `UNKNOWN_NAME`, `WRITE_FAILED`, and what
 *   the format throws.
 */
export async function saveScene(scene: SceneRecord, path: string, given: SaveOptions = {}): Promise<void> {
  requireText('path', path);
  checkOptions(SAVE_OPTIONS, given);
  const { format = formatOfPath(path), ...options } = given;
  const chosen = formatOf(format);
  await platform().disk?.makeFolder(platform().joinPath(path, '..'));
  if (chosen.scope === 'folder') await writeScene(chosen, scene, path, contextOf(scene, options));
  else await platform().writeFileAtomic(path, await encodeScene(scene, chosen, options));
}

function contextOf({ image: { path = 'image' } }: SceneRecord, options: EncodeOptions): FormatContext {
  return { name: path, reproducible: false, options };
}

function formatOf(format: OutputFormat | string): OutputFormat {
  if (typeof format === 'string') return formatNamed(format);
  checkFormat(format, 'format');
  return format;
}

function formatOfPath(path: string): OutputFormat {
  const ending = /\.[a-z0-9]+$/i.exec(path)?.[0].toLowerCase();
  const files = FORMATS.filter(({ scope }) => scope === 'image');
  const endingsOf = ({ ending: first, otherEndings = [] }: OutputFormat) => [first, ...otherEndings];
  const found = files.find((format) => ending !== undefined && endingsOf(format).includes(ending));
  if (found) return found;
  const known = [...new Set(files.flatMap(endingsOf))].join(', ');
  throw invalidArgument(
    `save: got the name "${path}", expected one that ends in ${known}; or say which format with { format }`,
  );
}
