/** The pictures that come with the app; the first one's objects are stored, so that the page opens with them. */
import { Results, type ResultsJson, type RgbImage } from 'fastsam-tfjs';
import { engine } from '../engine/engine.js';
import { openPicture, type Known } from '../engine/open.js';
import { notify } from '../state/app.js';
import { isChanged } from '../state/settings.js';
import type { Picture } from '../state/picture.js';
import record from '../../generated/first.json?url';
import astronaut from '../../generated/astronaut.webp';
import citrus from '../../generated/citrus.webp';
import coffee from '../../generated/coffee.webp';
import colosseum from '../../generated/colosseum.webp';
import lemurs from '../../generated/lemurs.webp';
import street from '../../generated/street.webp';
import thumbs from '../../generated/thumbs.json';

export interface Sample {
  readonly name: string;
  /** What it shows. */
  readonly alt: string;
  readonly address: string;
  /** A small picture as a data URL. */
  readonly thumb: string;
}

const sample = (name: keyof typeof thumbs, alt: string, address: string): Sample => ({
  name: `${name}.webp`,
  alt,
  address,
  thumb: thumbs[name],
});

/** `scripts/samples.ts` makes their small pictures, and the objects of the first. */
export const SAMPLES: readonly Sample[] = [
  sample('citrus', 'slices of citrus fruits', citrus),
  sample('lemurs', 'two lemurs', lemurs),
  sample('coffee', 'a cup of coffee', coffee),
  sample('colosseum', 'the Colosseum', colosseum),
  sample('street', 'a street in Japan', street),
  sample('astronaut', 'an astronaut', astronaut),
];

/** Opens one. */
export async function openSample(which: Sample): Promise<void> {
  const file = await fetch(which.address).then(
    (response) => response.blob(),
    () => undefined,
  );
  if (!file) {
    notify('That sample is not on this device yet, and there is no network.', { tone: 'bad' });
    return;
  }
  const stored = which === SAMPLES[0] && !isChanged.value && isDemo();
  await openPicture(file, { name: which.name, sample: true, ...(stored && { known }) });
}

/** Whether what the demo model found may be shown. */
function isDemo(): boolean {
  return engine.value.source.weights === 'demo';
}

async function known(shown: Picture): Promise<Known> {
  const json = (await (await fetch(record)).json()) as ResultsJson;
  return { scene: Results.fromJSON(json, { image: pixelsOf(shown) }) };
}

function pixelsOf({ bitmap, width, height }: Picture): RgbImage {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas');
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let p = 0, from = 0, to = 0; p < width * height; p++, from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { data: rgb, width, height };
}
