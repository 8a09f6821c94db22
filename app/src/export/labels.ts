/** Class labels that the user types, by the number of the selected item; a new picture begins without. */
import { effect, signal } from '@preact/signals';
import type { Results } from 'fastsam-tfjs';
import * as app from '../state/app.js';
import { choice, type Scope } from './choices.js';

export const labels = signal<ReadonlyMap<number, string>>(new Map());

effect(() => {
  if (app.picture.value) labels.value = new Map();
});

export function setLabel(item: number, text: string): void {
  const next = new Map(labels.value);
  if (text.trim() === '') next.delete(item);
  else next.set(item, text.trim());
  labels.value = next;
}

/** Names that are in use, for the suggestions of the field. */
export function knownLabels(): string[] {
  return [...new Set([...labels.value.values(), choice.value.label])].filter((label) => label !== '');
}

/** What is saved, with the typed classes; undefined where there is nothing. */
export function toSave(scope: Scope): Results | undefined {
  const interaction = app.interaction.value;
  if (!interaction) return undefined;
  const usual = choice.value.label.trim() || 'object';
  if (scope === 'all' || app.items.value.length === 0) {
    const { scene } = interaction;
    return scene.length === 0 ? undefined : scene.with({ classes: undefined, names: { 0: usual } });
  }
  const given = app.items.value.map(({ id }) => labels.value.get(id) ?? usual);
  const names = [...new Set(given)];
  return interaction.selection().with({
    classes: Int32Array.from(given, (label) => names.indexOf(label)),
    names: Object.fromEntries(names.entries()),
  });
}
