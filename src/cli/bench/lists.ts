/** Options that take lists: `a,b,c`. */
import { InvalidArgumentError } from 'commander';

/** A parser for a list of words out of a given set; each once. */
export function listOption<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  return (text) =>
    [...new Set(text.split(','))].map((word) => {
      const found = allowed.find((each) => each === word.trim());
      if (found === undefined)
        throw new InvalidArgumentError(`expected some of ${allowed.join(', ')}, with commas between.`);
      return found;
    });
}

/** A parser for a list of whole numbers in a range; each once. */
export function wholeListOption(low: number, high: number): (text: string) => number[] {
  return (text) =>
    [...new Set(text.split(','))].map((word) => {
      const value = Number(word);
      if (word.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
        throw new InvalidArgumentError(`expected whole numbers from ${low} to ${high}, with commas between.`);
      }
      return value;
    });
}
