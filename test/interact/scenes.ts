/** Scenes for tests of the controller. */
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
