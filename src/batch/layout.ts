/** Where things lie in the output folder of a batch. */
import { invalidArgument } from '../errors.js';
import { formatPath } from '../formats/write.js';
import type { FormatNaming } from '../formats/format.js';
import { showValue } from '../options/showValue.js';
import { disk, platform } from '../platform/platform.js';
import { isSafePath } from './names.js';

const join = (...parts: string[]) => platform().joinPath(...parts);

/** The batch's own files; the rest of the folder mirrors the images'. */
export const layout = {
  manifest: (out: string) => join(out, 'manifest.json'),
  summary: (out: string) => join(out, 'summary.json'),
  failures: (out: string) => join(out, 'failures.jsonl'),
  /** Journals and files on their way. Folders with a dot are never walked for images. */
  hidden: (out: string) => join(out, '.batch'),
  /** Names of the images, a JSON text a line. */
  images: (out: string) => join(out, '.batch', 'images.jsonl'),
  journals: (out: string) => join(out, '.batch', 'journal'),
  staging: (out: string) => join(out, '.batch', 'tmp'),
  /** The one file of a format for all images. */
  ofRun: (out: string, format: FormatNaming) => formatPath(format, out, ''),
};

/**
 * Where an image's file or folder of a format goes; of a format for all images, its share.
 * @throws FastSAMError `INVALID_ARGUMENT` for a stem that leaves the folder.
 */
export function outputPath(out: string, stem: string, format: FormatNaming): string {
  if (!isSafePath(stem)) {
    throw invalidArgument(
      `batch: got files called ${showValue(stem)}, expected a path inside ${out}; give other names`,
    );
  }
  if (format.scope === 'run') return join(layout.hidden(out), format.name, `${stem}${format.ending}`);
  return formatPath(format, out, stem);
}

/**
 * Refuses a path that a link leads out of the folder: what is written or removed there belongs to somebody else.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export async function requireInside(out: string, path: string): Promise<void> {
  if (await disk().isReallyWithin(out, path)) return;
  throw invalidArgument(
    `${path}: a link leads out of the output folder ${out}, expected files inside; remove the link, or name another folder with --out`,
  );
}
