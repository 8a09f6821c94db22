/** The clipboard: the cut-out as a picture, the record as text. */
import * as app from '../state/app.js';
import { choice } from './choices.js';
import { toSave } from './labels.js';
import { makeFiles } from './make.js';

/** Copies one cut-out of the selection; of everything where nothing is selected. */
export async function copyCutout(): Promise<void> {
  const results = toSave('selection');
  if (!results || app.items.value.length === 0) {
    app.notify('Nothing is selected: click an object, then copy it.');
    return;
  }
  const picture = makeFiles(results, { ...choice.value, format: 'cutout' }).then(([file]) => file.blob);
  await write('image/png', picture, 'Cut-out copied.');
}

/** Copies the record of the selection, or of everything. */
export async function copyRecord(): Promise<void> {
  const results = toSave('selection');
  if (!results) return;
  const record = makeFiles(results, { ...choice.value, format: 'json' }).then(
    async ([file]) => new Blob([await file.blob.text()], { type: 'text/plain' }),
  );
  await write('text/plain', record, 'Record copied as JSON.');
}

/** The promise goes to the clipboard itself: Safari allows writing only within the click. */
async function write(type: string, content: Promise<Blob>, done: string): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ [type]: content })]);
    app.notify(done, { tone: 'good' });
  } catch {
    app.notify('The clipboard is not open to this page. Save the file instead.', { tone: 'bad' });
  }
}
