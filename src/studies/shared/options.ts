/** Reading the values of a study's own options, and settings that several studies have. */
import type { StudyOptions, StudySettings } from '../study.js';

/**
 * What figures need that count all that was found: the usual settings give at most 300 objects, and drop weak and close
 * ones. Boxes stay where the network has put them.
 */
export const EVERYTHING: StudySettings = { conf: 0.001, iou: 0.9, maxDet: 1000, snapFullBoxes: false };

/** Those of the original repository's script. */
export const AUTHORS: StudySettings = { conf: 0.4, iou: 0.9, maxDet: 300 };

/** The text of an option; undefined where it was not given. */
export function textOf(options: StudyOptions, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The number of an option. */
export function numberOf(options: StudyOptions, name: string, otherwise: number): number {
  const value = options[name];
  return typeof value === 'number' ? value : otherwise;
}

/** One of the choices of an option; the first of them where it was not given. */
export function choiceOf<T extends string>(options: StudyOptions, name: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === options[name]) ?? choices[0];
}
