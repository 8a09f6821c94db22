/** Keys: those of the app here, those of objects and selection in the controller. */
import { signal } from '@preact/signals';
import * as app from '../state/app.js';
import { copyCutout, copyRecord } from '../export/clipboard.js';
import { saveLast } from '../export/save.js';
import { stage } from './stageHandle.js';

/** While Space is held, a drag moves the picture. */
export const spaceHeld = signal(false);

/** The app's own keys, for the help page; the controller lists its own. */
export const APP_SHORTCUTS: readonly { readonly keys: string; readonly text: string }[] = [
  { keys: '0', text: 'show the whole picture' },
  { keys: '1', text: 'one picture pixel a screen pixel' },
  { keys: '+ / −', text: 'zoom in and out' },
  { keys: 'Space + drag', text: 'move the picture' },
  { keys: 'O', text: 'colours, outlines, cut-out' },
  { keys: 'H (hold)', text: 'hide everything but the photograph' },
  { keys: 'S', text: 'save with the last choice' },
  { keys: 'Ctrl+C', text: 'copy the cut-out' },
  { keys: 'Ctrl+Shift+C', text: 'copy the record as JSON' },
  { keys: 'Ctrl+V', text: 'open the picture in the clipboard' },
  { keys: '?', text: 'this page' },
];

/** @returns what ends it */
export function listenKeys(): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  document.addEventListener('keydown', down, { signal });
  document.addEventListener('keyup', up, { signal });
  window.addEventListener('blur', release, { signal });
  const { classList } = document.documentElement;
  document.addEventListener('pointerdown', () => classList.remove('by-keys'), { signal, capture: true });
  return () => ends.abort();
}

function down(event: KeyboardEvent): void {
  // The stage gets the focus by clicks, too; only then its ring would be noise.
  if (event.key === 'Tab' || event.key.startsWith('Arrow')) document.documentElement.classList.add('by-keys');
  if (event.defaultPrevented || isTyping(event) || document.querySelector('dialog[open]')) return;
  if (ofApp(event) || (!isControl(event) && app.interaction.value?.key(event) === true)) event.preventDefault();
}

function up(event: KeyboardEvent): void {
  if (event.code === 'Space' || event.code === 'KeyH') release();
}

function release(): void {
  spaceHeld.value = false;
  app.hidden.value = false;
}

/** Whether the app has the key. */
function ofApp(event: KeyboardEvent): boolean {
  const ctrl = event.ctrlKey || event.metaKey;
  const { renderer } = stage;
  if (ctrl && event.key.toLowerCase() === 'c') {
    if (window.getSelection()?.type === 'Range') return false;
    void (event.shiftKey ? copyRecord() : copyCutout());
    return true;
  }
  if (ctrl || event.altKey) return false;
  switch (event.key) {
    case '0':
      renderer?.fit();
      return true;
    case '1':
      stage.actualSize();
      return true;
    case '+':
    case '=':
      stage.zoom(1.25);
      return true;
    case '-':
    case '_':
      stage.zoom(0.8);
      return true;
    case '?':
      app.helpOpen.value = true;
      return true;
    case 'o':
    case 'O':
      app.look.value = app.LOOKS[(app.LOOKS.indexOf(app.look.value) + 1) % app.LOOKS.length];
      return true;
    case 'h':
    case 'H':
      app.hidden.value = true;
      return true;
    case 's':
    case 'S':
      void saveLast();
      return true;
    case ' ':
      if (isControl(event)) return false;
      spaceHeld.value = true;
      return true;
    default:
      return false;
  }
}

function isTyping({ target }: Event): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A button or list that has the focus answers these keys itself. */
function isControl({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || target.closest('.stage') || target === document.body) return false;
  return key === 'Enter' || key === ' ' || key === 'Tab' || key.startsWith('Arrow') || key === 'Home' || key === 'End';
}
