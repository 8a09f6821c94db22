/** Results as lines of the MOTChallenge (arXiv 1603.00831), which evaluators of trackers read. */
import { round } from './json.js';
import type { SceneRecord } from '../record/record.js';
import type { ImageFormat } from './format.js';

const PIXEL_DECIMALS = 2;
const SCORE_DECIMALS = 4;

/**
 * One line a tracked object: `frame,id,left,top,width,height,score,-1,-1,-1`. Frames count from 1, as the source's do from 0;
 * the left edge of the first pixel is 0.
 * @returns lines that each end in a line feed; the empty string where nothing was tracked.
 */
export function resultsToMot({ frame, trackIds, boxes, scores }: SceneRecord): string {
  const number = (frame?.index ?? 0) + 1;
  const lines = Array.from(trackIds ?? [], (id, i) => {
    const [x1, y1, x2, y2] = boxes.at(i);
    const box = [x1, y1, x2 - x1, y2 - y1].map((value) => round(value, PIXEL_DECIMALS));
    return `${[number, id, ...box, round(scores[i], SCORE_DECIMALS), -1, -1, -1].join(',')}\n`;
  });
  return lines.join('');
}

export const mot: ImageFormat = {
  name: 'mot',
  about: 'lines of the MOTChallenge',
  ending: '.txt',
  scope: 'image',
  tracks: true,
  encode: resultsToMot,
  video: { kind: 'text', ending: '.txt' },
};
