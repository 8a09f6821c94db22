/**
 * A prompt kind of one's own: all objects that lie wholly within a rectangle, as one selects in a drawing program.
 *
 *     npx tsx examples/promptKind.ts [file]
 *
 * Writes the answer with the rectangle drawn on it (out/within.png unless given). Prints the ids of the objects, and what
 * the results note of the prompt.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { drawDashedRect, FastSAM, FastSAMError, type PromptKind, type Xyxy } from 'fastsam-tfjs';

const within: PromptKind<Xyxy, Xyxy, { within: Xyxy }> = {
  name: 'within',
  parse(box) {
    if (box[0] < box[2] && box[1] < box[3]) return box;
    throw new FastSAMError('INVALID_PROMPT', `within: got ${box.join()}, expected x1,y1,x2,y2 with x1 < x2, y1 < y2`);
  },
  select({ boxes, scores }, [x1, y1, x2, y2]) {
    const inside = ([left, top, right, bottom]: Float32Array) =>
      left >= x1 && top >= y1 && right <= x2 && bottom <= y2;
    const indices = [...scores.keys()].filter((i) => inside(boxes.subarray(4 * i, 4 * i + 4)));
    return { indices, matches: [{ kind: 'within', index: 0, objects: indices }] };
  },
  record: (box) => ({ within: box }),
  draw(canvas, { within: box }) {
    if (box) drawDashedRect(canvas, { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] });
  },
};

const [file = 'out/within.png'] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(new URL('coins.png', import.meta.url));
const found = scene.promptWith(within, [180, 90, 310, 230]);
await found.save(file);
console.log(`objects ${[...found.ids].join(' ')}; noted ${JSON.stringify(found.toJSON().prompt)}`);
model.dispose();
