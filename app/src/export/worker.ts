/** Makes files, beside the page. */
import { mergeCoco, unpackResults, type Results } from 'fastsam-tfjs';
import { labelMap, masks } from 'fastsam-tfjs/mask';
import type { Choice } from './choices.js';
import { cutOut } from './cutOut.js';
import { greyPng } from './png.js';
import type { Made, MadeFile, MakeFiles } from './protocol.js';

/** Objects that 8 bits count; 0 is none. */
const OF_8_BITS = 255;

self.addEventListener('message', ({ data }: MessageEvent<MakeFiles>) => {
  void make(data).then(
    (files) => self.postMessage({ id: data.id, files } satisfies Made),
    (error: unknown) =>
      self.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) } satisfies Made),
  );
});

async function make({ results: packed, picture, name, choice }: MakeFiles): Promise<MadeFile[]> {
  const results = unpackResults(packed);
  const stem = name.replace(/\.\w+$/, '') || 'picture';
  const { width, height } = results.image;
  switch (choice.format) {
    case 'cutout':
    case 'cutouts':
      return cutOuts(results, picture, stem, choice);
    case 'masks':
      return numbered(results, stem, (i) => {
        const bitmap = results.imageMasks[i].toBitmap();
        for (let p = 0; p < bitmap.length; p++) bitmap[p] *= 255;
        return png(greyPng(bitmap, width, height));
      });
    case 'index': {
      const labels = labelMap(results.imageMasks, width, height);
      const values = results.length <= OF_8_BITS ? Uint8Array.from(labels) : labels;
      return [{ name: `${stem}_index.png`, blob: png(greyPng(values, width, height)) }];
    }
    case 'svg':
      return [text(`${stem}.svg`, results.toSvg({ tolerance: choice.tolerance }), 'image/svg+xml')];
    case 'coco':
      return [text(`${stem}_coco.json`, `${JSON.stringify(mergeCoco([results], { names: [name] }))}\n`)];
    case 'yolo': {
      const classes = Object.values(results.names).map((label) => `${label}\n`);
      return [text(`${stem}.txt`, results.toYolo(), 'text/plain'), text('classes.txt', classes.join(''), 'text/plain')];
    }
    case 'labelme': {
      const file = await results.toLabelme({ tolerance: choice.tolerance, imagePath: name });
      return [text(`${stem}.json`, `${JSON.stringify(file)}\n`)];
    }
    case 'json':
      return [text(`${stem}_record.json`, `${JSON.stringify(results)}\n`)];
  }
}

async function cutOuts(results: Results, picture: Blob, stem: string, choice: Choice): Promise<MadeFile[]> {
  const bitmap = await createImageBitmap(picture, { imageOrientation: 'from-image' });
  try {
    if (choice.format === 'cutout') {
      const whole = results.imageMasks.reduce((all, mask) => masks.union(all, mask));
      const blob = await cutOut(bitmap, whole, choice);
      return blob ? [{ name: `${stem}_cutout.png`, blob }] : [];
    }
    return await numbered(results, stem, (i) => cutOut(bitmap, results.imageMasks[i], choice));
  } finally {
    bitmap.close();
  }
}

/** `picture_01_object.png` … */
async function numbered(
  results: Results,
  stem: string,
  make: (index: number) => Blob | undefined | Promise<Blob | undefined>,
): Promise<MadeFile[]> {
  const files: MadeFile[] = [];
  const digits = Math.max(2, String(results.length).length);
  for (let i = 0; i < results.length; i++) {
    const blob = await make(i);
    const label = (results.names[results.classes?.[i] ?? 0] ?? 'object').replace(/[^\p{L}\p{N}-]+/gu, '-');
    if (blob) files.push({ name: `${stem}_${String(i + 1).padStart(digits, '0')}_${label}.png`, blob });
  }
  return files;
}

const png = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' });

const text = (name: string, content: string, type = 'application/json'): MadeFile => ({
  name,
  blob: new Blob([content], { type }),
});
