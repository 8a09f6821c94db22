/** Files that are dropped anywhere on the page; of a folder what lies in it. */
import { signal } from '@preact/signals';
import { openFiles } from './files.js';

/** Files are held over the page. */
export const dragging = signal(false);

/** @returns what ends it */
export function listenDrop(): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  let depth = 0;
  const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', hear: (event: DragEvent) => void): void =>
    document.addEventListener(type, hear, { signal });
  on('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth++;
    dragging.value = true;
  });
  on('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  on('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) dragging.value = false;
  });
  on('drop', (event) => {
    depth = 0;
    dragging.value = false;
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    void filesOf(event.dataTransfer).then(openFiles);
  });
  return () => ends.abort();
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

async function filesOf({ items, files }: DataTransfer): Promise<File[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const folders = entries.filter((entry) => entry.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length === 0) return [...files];
  const inside = await Promise.all(folders.map(filesIn));
  return [...files, ...inside.flat()].filter(({ size }) => size > 0);
}

/** The files directly in a folder, by name. */
async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
    folder.createReader().readEntries(resolve, reject),
  );
  const files = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
  const read = await Promise.all(
    files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))),
  );
  return read.sort((a, b) => a.name.localeCompare(b.name));
}
