/** The files that `--format` names. */
import { InvalidArgumentError } from 'commander';
import { platform } from '../platform/platform.js';
import type { Results } from '../results/results.js';
import { makeFolder } from './files.js';

/** What can be written: overlay, record, one COCO file for all images, YOLO labels, a PNG with alpha an object. */
export const FORMATS = ['png', 'json', 'coco', 'yolo', 'cutout'] as const;
export type Format = (typeof FORMATS)[number];

/** Where an image's file of a format goes; `coco` is one file for all images. */
export function pathFor(format: Format, folder: string, stem: string): string {
  const here = platform();
  switch (format) {
    case 'png':
      return here.joinPath(folder, `${stem}.png`);
    case 'json':
      return here.joinPath(folder, `${stem}.json`);
    case 'yolo':
      return here.joinPath(folder, `${stem}.txt`);
    case 'cutout':
      return here.joinPath(folder, `${stem}-cutouts`);
    case 'coco':
      return here.joinPath(folder, 'coco.json');
  }
}

/** The option parser of `--format`. */
export function parseFormats(text: string): Format[] {
  const formats = text.split(',').map((part) => part.trim().toLowerCase());
  const wrong = formats.find((format) => !FORMATS.includes(format as Format));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of ${FORMATS.join(', ')}.`);
  return [...new Set(formats as Format[])];
}

/**
 * Writes one image's files; `coco` is written once for all images by the caller.
 * @returns the paths.
 */
export async function writeFormats(
  results: Results,
  folder: string,
  stem: string,
  formats: readonly Format[],
): Promise<string[]> {
  const written: string[] = [];
  for (const format of formats) {
    if (format === 'coco') continue;
    const path = pathFor(format, folder, stem);
    if (format === 'cutout') await writeCutouts(results, path);
    else await results.save(path);
    written.push(path);
  }
  return written;
}

async function writeCutouts(results: Results, folder: string): Promise<void> {
  await makeFolder(folder);
  for (let i = 0; i < results.length; i++) {
    if (results.imageMasks[i].area === 0) continue;
    const { data, width, height } = results.cutout(i);
    const path = platform().joinPath(folder, `${results.ids[i]}.png`);
    await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
  }
}
