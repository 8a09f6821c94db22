/** Where things lie in the output folder of a batch. */
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BatchFormat } from '../../batch/identity.js';
import { pathFor } from '../formats.js';

/** The batch's own files; the rest of the folder mirrors the images'. */
export const layout = {
  manifest: (out: string) => join(out, 'manifest.json'),
  summary: (out: string) => join(out, 'summary.json'),
  failures: (out: string) => join(out, 'failures.jsonl'),
  coco: (out: string) => pathFor('coco', out, ''),
  /** Journals and files on their way. Folders with a dot are never walked for images. */
  hidden: (out: string) => join(out, '.batch'),
  journals: (out: string) => join(out, '.batch', 'journal'),
  staging: (out: string) => join(out, '.batch', 'tmp'),
};

/** Where an image's file (for `cutout`: folder) of a format goes. */
export function outputPath(out: string, stem: string, format: BatchFormat): string {
  if (format === 'sa1b') return pathFor('json', out, stem);
  // Each image's part of the one file: a COCO file, too.
  if (format === 'coco') return pathFor('json', join(layout.hidden(out), 'coco'), stem);
  return pathFor(format, out, stem);
}

/** A name that no other process gives, on whatever machine: `host-pid-random`. */
export function processName(): string {
  return `${hostname().replace(/[^A-Za-z0-9]/g, '')}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

/** Whether a name of `processName` belongs to a process of this machine that has ended. */
export function hasEnded(name: string): boolean {
  const [host, pid] = name.split('-');
  if (host !== processName().split('-')[0] || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
