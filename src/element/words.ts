/** The few texts of the element: what is under way, and what a screen reader says. */
import type { InteractionState } from '../interact/state.js';
import { plural } from '../options/showValue.js';
import type { ElementProgress } from './models.js';

const WORDS: Readonly<Record<ElementProgress['type'], string>> = {
  download: 'Loading the model',
  retry: 'Loading the model again',
  verify: 'Checking the model',
  done: 'Starting the model',
  compile: 'Starting the model',
  preprocess: 'Finding objects',
  inference: 'Finding objects',
  postprocess: 'Finding objects',
};

/** What is under way, with its share where that is known. */
export function progressText(event: ElementProgress): string {
  const share = event.type === 'download' && event.total ? ` ${Math.round((100 * event.loaded) / event.total)} %` : '';
  return `${WORDS[event.type]}${share} …`;
}

/** What is selected. */
export function selectedText({ items }: Pick<InteractionState, 'items'>): string {
  return items.length === 0 ? 'Nothing selected' : `${plural(items.length, 'item')} selected`;
}

/** What the keyboard walked to. */
export function hoveredText({ hovered, objects }: InteractionState): string {
  return hovered === undefined ? '' : `Object ${hovered + 1} of ${objects}`;
}
