/** Where things lie in the output folder of a batch. */
import { formatPath } from '../formats/write.js';
import type { FormatNaming } from '../formats/format.js';
import { platform } from '../platform/platform.js';

const join = (...parts: string[]) => platform().joinPath(...parts);

/** The batch's own files; the rest of the folder mirrors the images'. */
export const layout = {
  manifest: (out: string) => join(out, 'manifest.json'),
  summary: (out: string) => join(out, 'summary.json'),
  failures: (out: string) => join(out, 'failures.jsonl'),
  /** Journals and files on their way. Folders with a dot are never walked for images. */
  hidden: (out: string) => join(out, '.batch'),
  journals: (out: string) => join(out, '.batch', 'journal'),
  staging: (out: string) => join(out, '.batch', 'tmp'),
  /** The one file of a format for all images. */
  ofRun: (out: string, format: FormatNaming) => formatPath(format, out, ''),
};

/** Where an image's file or folder of a format goes; of a format for all images, its share. */
export function outputPath(out: string, stem: string, format: FormatNaming): string {
  if (format.scope === 'run') return join(layout.hidden(out), format.name, `${stem}${format.ending}`);
  return formatPath(format, out, stem);
}
