/** Pictures in the clipboard. */
import * as app from '../state/app.js';
import { openFiles } from './files.js';

/** `Ctrl+V` anywhere but in a field. @returns what ends it */
export function listenPaste(): () => void {
  const hear = (event: ClipboardEvent): void => {
    const { target, clipboardData } = event;
    const files = [...(clipboardData?.files ?? [])];
    if (files.length === 0 || target instanceof HTMLInputElement) return;
    event.preventDefault();
    void openFiles(files);
  };
  document.addEventListener('paste', hear);
  return () => document.removeEventListener('paste', hear);
}

/** The button: browsers ask the user first. */
export async function pasteButton(): Promise<void> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((one) => one.startsWith('image/'));
      if (type === undefined) continue;
      const blob = await item.getType(type);
      await openFiles([new File([blob], `pasted.${type.slice(6)}`, { type })]);
      return;
    }
    app.notify('There is no picture in the clipboard.');
  } catch {
    app.notify('This page may not read the clipboard. Press Ctrl+V instead.');
  }
}
