/** Saving: files as downloads, several of them as one zip. */
import * as app from '../state/app.js';
import { messageOf } from '../state/failure.js';
import { choice, type Choice } from './choices.js';
import { toSave } from './labels.js';
import { makeFiles } from './make.js';
import type { MadeFile } from './protocol.js';

/** Saves with the choice of the panel. */
export async function saveLast(): Promise<void> {
  await save(choice.value);
}

export async function save(choice: Choice): Promise<void> {
  const results = toSave(choice.scope);
  if (!results) {
    app.notify('There is nothing to save yet: click an object.');
    return;
  }
  try {
    const files = await makeFiles(results, choice);
    if (files.length === 0) return;
    const file = files.length === 1 ? files[0] : await zipped(files, choice);
    download(file);
    app.notify(`Saved ${file.name}.`, { tone: 'good' });
  } catch (error) {
    app.notify(`Saving did not work: ${messageOf(error)}`, { tone: 'bad' });
  }
}

/** Stored, not compressed: PNGs do not shrink. */
async function zipped(files: readonly MadeFile[], { format }: Choice): Promise<MadeFile> {
  const { zip } = await import('fflate');
  const entries = await Promise.all(
    files.map(async ({ name, blob }) => [name, new Uint8Array(await blob.arrayBuffer())] as const),
  );
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    zip(Object.fromEntries(entries), { level: 0 }, (error, data) => (error ? reject(error) : resolve(data)));
  });
  const stem = app.picture.value?.name.replace(/\.\w+$/, '') ?? 'picture';
  return {
    name: `${stem}_${format}.zip`,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/zip' }),
  };
}

/** Hands a file to the browser's downloads. */
export function download({ name, blob }: MadeFile): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
