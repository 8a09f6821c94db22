/** Compares all files that two runs of a case wrote. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { runTool } from '../checkouts/commandLine.js';
import { blankTimes } from './blank.js';

/** What was compared. */
export interface Comparison {
  readonly files: number;
  /** Videos whose bytes differ but whose decoded frames and times do not. */
  readonly sameFrames: readonly string[];
  /** One line for each file that differs: its path and where. */
  readonly differences: readonly string[];
}

const VIDEO_ENDINGS = ['.mp4', '.webm', '.mkv', '.mov', '.gif'];
/** Lines for people: they tell speeds, and their wording is no output. */
const NOT_COMPARED = /^\d+\.stderr$/;
/** Journals of a batch are named by process. */
const JOURNAL = /^(.*\.batch\/journal\/).*(\.jsonl)$/;

/** Compares two folders, file by file. */
export async function compareFolders(before: string, after: string): Promise<Comparison> {
  const [old, now] = [await readTree(before), await readTree(after)];
  const differences: string[] = [];
  const sameFrames: string[] = [];
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [a, b] = [old.get(path), now.get(path)];
    if (!a || !b) differences.push(`${path}: ${a ? 'no longer written' : 'written now only'}`);
    else if (a.equals(b)) continue;
    else if (await haveSameFrames(path, before, after)) sameFrames.push(path);
    else differences.push(`${path}: ${firstDifference(a, b)}`);
  }
  return { files: now.size, sameFrames, differences };
}

/** All files without times, by their path below the folder. */
async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(folder.length + 1).replaceAll('\\', '/');
    if (NOT_COMPARED.test(path)) continue;
    const bytes = blankTimes(path, await readFile(full), (await stat(full)).mtimeMs);
    const journal = JOURNAL.exec(path);
    if (journal) addJournal(files, `${journal[1]}*${journal[2]}`, bytes);
    else files.set(path, bytes);
  }
  return files;
}

/** Journals count as one, whose lines have no order: images are done when they are done. */
function addJournal(files: Map<string, Buffer>, name: string, bytes: Buffer): void {
  const lines = `${files.get(name)?.toString() ?? ''}${bytes.toString()}`.split('\n').filter((line) => line !== '');
  files.set(
    name,
    Buffer.from(
      lines
        .sort()
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

async function haveSameFrames(path: string, before: string, after: string): Promise<boolean> {
  if (!VIDEO_ENDINGS.includes(extname(path))) return false;
  const frames = (file: string): Promise<string> =>
    runTool('ffmpeg', ['-v', 'error', '-i', file, '-f', 'framemd5', '-']);
  return (await frames(join(before, path))) === (await frames(join(after, path)));
}

/** Where two files part: line and column of text, else the byte. */
export function firstDifference(a: Buffer, b: Buffer): string {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  const where =
    a.includes(0) || b.includes(0) ? `byte ${at}` : `line ${a.subarray(0, at).toString().split('\n').length}`;
  const sizes = a.length === b.length ? `${a.length} bytes` : `${a.length} bytes, then ${b.length}`;
  const show = (bytes: Buffer): string =>
    JSON.stringify(bytes.subarray(Math.max(0, at - 30), at + 30).toString('latin1'));
  return `${where} of ${sizes}: ${show(a)}, then ${show(b)}`;
}
