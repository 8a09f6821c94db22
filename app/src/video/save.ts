/** The followed object as files: masks in a zip, or a video of its cut-out where this browser encodes one. */
import {
  BufferTarget,
  CanvasSource,
  Mp4OutputFormat,
  Output,
  Quality,
  WebMOutputFormat,
  getFirstEncodableVideoCodec,
  type VideoCodec,
} from 'mediabunny';
import { alphaOf } from '../export/cutOut.js';
import { choice } from '../export/choices.js';
import { greyPng } from '../export/png.js';
import { download } from '../export/save.js';
import * as app from '../state/app.js';
import { messageOf } from '../state/failure.js';
import type { Clip } from './clip.js';
import { clip, followed, rate, type FollowedFrame } from './state.js';

/** Masks as PNGs, black and white, numbered. */
export async function saveMasks(): Promise<void> {
  const open = clip.value;
  if (!open) return;
  const { zip } = await import('fflate');
  const files: Record<string, Uint8Array> = {};
  for (const { index, mask } of followed.value) {
    const bitmap = mask.toBitmap();
    for (let p = 0; p < bitmap.length; p++) bitmap[p] *= 255;
    files[`${stemOf(open)}_${String(index).padStart(5, '0')}.png`] = greyPng(bitmap, open.width, open.height);
    app.work.value = { text: 'Writing masks', share: index / followed.value.length };
    await new Promise((resolve) => setTimeout(resolve));
  }
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    zip(files, { level: 0 }, (error, data) => (error ? reject(error) : resolve(data)));
  });
  app.work.value = undefined;
  save(`${stemOf(open)}_masks.zip`, bytes, 'application/zip');
}

/** The object cut out, frame by frame: transparent as WebM, else on the colour of the export panel. */
export async function saveVideo(): Promise<void> {
  const open = clip.value;
  if (!open) return;
  try {
    const clear = choice.value.background === 'transparent';
    const size = { width: open.width, height: open.height };
    const codec = await getFirstEncodableVideoCodec(clear ? ['vp9', 'vp8'] : ['avc', 'vp9', 'vp8', 'av1'], size);
    if (codec === null) {
      app.notify('This browser encodes no video. Save the masks instead.', { tone: 'bad' });
      return;
    }
    const format = codec === 'avc' ? new Mp4OutputFormat() : new WebMOutputFormat();
    const bytes = await encode(open, followed.value, { format, codec, clear });
    save(`${stemOf(open)}_cutout${format.fileExtension}`, bytes, format.mimeType);
  } catch (error) {
    app.notify(`The video could not be written: ${messageOf(error)}`, { tone: 'bad' });
  } finally {
    app.work.value = undefined;
  }
}

interface Encoding {
  readonly format: Mp4OutputFormat | WebMOutputFormat;
  readonly codec: VideoCodec;
  readonly clear: boolean;
}

async function encode(
  open: Clip,
  frames: readonly FollowedFrame[],
  { format, codec, clear }: Encoding,
): Promise<Uint8Array> {
  const { width, height } = open;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas');
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new CanvasSource(canvas, { codec, quality: new Quality('high'), alpha: clear ? 'keep' : 'discard' });
  output.addVideoTrack(source, { frameRate: Math.min(rate.value, open.rate) });
  await output.start();
  const cut = new OffscreenCanvas(width, height);
  const cutting = cut.getContext('2d', { willReadFrequently: true });
  if (!cutting) throw new Error('this browser gives no canvas');
  for await (const { canvas: frame, index, time } of open.frames(rate.value)) {
    if (index >= frames.length) break;
    const { mask } = frames[index];
    cutting.drawImage(frame, 0, 0);
    const image = cutting.getImageData(0, 0, width, height);
    const alpha = alphaOf(mask, { x: 0, y: 0, width, height }, choice.value.feather);
    for (let p = 0; p < alpha.length; p++) image.data[4 * p + 3] = alpha[p];
    cutting.putImageData(image, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!clear) {
      context.fillStyle = choice.value.colour;
      context.fillRect(0, 0, width, height);
    }
    context.drawImage(cut, 0, 0);
    const next = frames[index + 1] as FollowedFrame | undefined;
    await source.add(time, (next?.time ?? time + 1 / rate.value) - time);
    app.work.value = { text: 'Writing the video', share: (index + 1) / frames.length };
  }
  await output.finalize();
  if (!target.buffer) throw new Error('nothing was written');
  return new Uint8Array(target.buffer);
}

const stemOf = ({ name }: Clip): string => name.replace(/\.\w+$/, '');

function save(name: string, bytes: Uint8Array, type: string): void {
  download({ name, blob: new Blob([bytes as Uint8Array<ArrayBuffer>], { type }) });
  app.notify(`Saved ${name}.`, { tone: 'good' });
}
