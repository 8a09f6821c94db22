/** Scenes for tests of the controller. */
import { Interaction } from '../../src/interact/interaction.js';
import type { Mask } from '../../src/mask/mask.js';
import type { Results } from '../../src/results/results.js';
import { maskOf } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';

/**
 * 12 x 6 pixels: 0 a large rectangle at the left, 1 a square inside it, 2 one pixel inside that, 3 a rectangle at the right,
 * 4 two separate columns of it.
 */
export const MASKS: readonly Mask[] = [
  maskOf('#####.......', '#####.......', '#####.......', '#####.......', '#####.......', '............'),
  maskOf('............', '.###........', '.###........', '.###........', '............', '............'),
  maskOf('............', '............', '..#.........', '............', '............', '............'),
  maskOf('............', '.......#####', '.......#####', '.......#####', '............', '............'),
  maskOf('............', '.......#...#', '.......#...#', '............', '............', '............'),
];

/** Scores fall from 0.9. */
export const small = (): Results => sceneOf(MASKS, MASKS.map((_, i) => 0.9 - i / 10)); // prettier-ignore

/** The methods of a controller, those that it inherits included. */
export function methodsOfInteraction(): string[] {
  const names: string[] = [];
  for (let own: unknown = Interaction.prototype; own !== Object.prototype; own = Object.getPrototypeOf(own)) {
    const members = Object.entries(Object.getOwnPropertyDescriptors(own as object));
    names.push(...members.flatMap(([name, { value }]) => (typeof value === 'function' ? [name] : [])));
  }
  return [...new Set(names)].filter((name) => name !== 'constructor');
}
