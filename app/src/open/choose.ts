/** The file chooser. */
import { ACCEPT, openFiles } from './files.js';

/** @param accept kinds of files, as an input has them. */
export function chooseFiles(accept: unknown = ACCEPT): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = typeof accept === 'string' ? accept : ACCEPT;
  input.addEventListener('change', () => void openFiles([...(input.files ?? [])]));
  input.click();
}
