/** Looking closer: the network on a part of the picture, for what it does not see in the whole. */
import * as app from '../state/app.js';
import { messageOf, codeOf } from '../state/failure.js';
import { settings } from '../state/settings.js';
import { toPicture } from '../canvas/view.js';
import { stage } from '../ui/stageHandle.js';
import { segmentPart } from './engine.js';
import { plural } from './words.js';

type Place = NonNullable<typeof app.nothingAt.value>;

/** A box that was drawn is widened by this. */
const WIDER = 1.3;
/** A part around a point is this share of the picture's longer side, */
const SHARE = 0.3;
/** but not smaller than this, in pixels. */
const LEAST = 128;

/** Looks at the surroundings of a place or in a box; without one at what is in sight. */
export async function lookCloser(place?: Place): Promise<void> {
  const picture = app.picture.value;
  const interaction = app.interaction.value;
  if (!picture || !interaction) return;
  app.nothingAt.value = undefined;
  const part = clipped(place ? around(place, picture) : inSight(), picture);
  const controller = new AbortController();
  app.work.value = { text: 'Looking closer', cancel: () => controller.abort() };
  try {
    const { x, y, width, height } = part;
    const crop = await createImageBitmap(picture.file, x, y, width, height, { imageOrientation: 'from-image' });
    const found = await segmentPart(crop, settings.value, { signal: controller.signal });
    if (app.interaction.value !== interaction) return;
    const added = interaction.addObjects(found, { x, y });
    app.notify(
      added === 0 ? 'Nothing more was found there.' : `${plural(added, 'more object', 'more objects')} found.`,
    );
    if (added > 0 && place && !place.box) interaction.click(place.x, place.y);
  } catch (error) {
    if (codeOf(error) !== 'ABORTED') app.notify(`Looking closer did not work: ${messageOf(error)}`, { tone: 'bad' });
  } finally {
    app.work.value = undefined;
  }
}

interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function around({ x, y, box }: Place, { width, height }: { width: number; height: number }): Part {
  if (box) {
    const [left, top, right, bottom] = box;
    const dx = ((right - left) * (WIDER - 1)) / 2;
    const dy = ((bottom - top) * (WIDER - 1)) / 2;
    return { x: left - dx, y: top - dy, width: right - left + 2 * dx, height: bottom - top + 2 * dy };
  }
  const side = Math.max(LEAST, Math.max(width, height) * SHARE);
  return { x: x - side / 2, y: y - side / 2, width: side, height: side };
}

function inSight(): Part {
  const { renderer } = stage;
  if (!renderer) return { x: 0, y: 0, width: Infinity, height: Infinity };
  const from = toPicture(renderer.view, 0, 0);
  const to = toPicture(renderer.view, renderer.viewport.width, renderer.viewport.height);
  return { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
}

/** Whole pixels inside the picture, one at least. */
function clipped(part: Part, picture: { readonly width: number; readonly height: number }): Part {
  const x = Math.min(picture.width - 1, Math.max(0, Math.floor(part.x)));
  const y = Math.min(picture.height - 1, Math.max(0, Math.floor(part.y)));
  const right = Math.min(picture.width, Math.max(x + 1, Math.ceil(part.x + part.width)));
  const bottom = Math.min(picture.height, Math.max(y + 1, Math.ceil(part.y + part.height)));
  return { x, y, width: right - x, height: bottom - y };
}
