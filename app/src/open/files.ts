/** What becomes of files, wherever they come from: pictures, clips, weights, encoders of texts. */
import * as app from '../state/app.js';
import { engine, load, useEncoders } from '../engine/engine.js';
import { again, openPicture } from '../engine/open.js';
import { device } from '../state/settings.js';

const WEIGHTS = /\.(pt|pth|safetensors|onnx)$/i;
const CLIP = /clip|vit[-_]/i;
const CLIPS = /\.(mp4|webm|mov|m4v|mkv)$/i;
const PICTURES = /\.(jpe?g|png|webp|avif|gif|bmp|heic|heif|tiff?)$/i;

/** What file choosers offer. */
export const ACCEPT = 'image/*,video/*,.pt,.pth,.safetensors,.onnx';

/** Opens the first file of each kind. */
export async function openFiles(files: readonly File[]): Promise<void> {
  const weights = files.filter(({ name }) => WEIGHTS.test(name));
  const clip = files.find(({ type, name }) => type.startsWith('video/') || CLIPS.test(name));
  const picture = files.find(({ type, name }) => type.startsWith('image/') || PICTURES.test(name));
  for (const file of weights) await openWeights(file);
  if (picture) await openPicture(picture, { name: picture.name || 'Pasted picture.png' });
  else if (clip) await (await import('../video/open.js')).openClip(clip);
  else if (weights.length === 0 && files.length > 0) {
    app.notify(`“${files[0].name}” is neither a picture, a clip nor weights.`, { tone: 'bad' });
  }
}

/** A model of the user's own, or the encoders of text prompts. */
export async function openWeights(file: File): Promise<void> {
  const isEncoders = CLIP.test(file.name);
  try {
    if (isEncoders) await useEncoders(file, device.value);
    else await load({ name: file.name, weights: file }, device.value);
  } catch {
    return; // the page shows what went wrong with a load
  }
  if (engine.value.kind !== 'ready') return;
  app.notify(isEncoders ? 'Words can choose objects now.' : `${file.name} is loaded.`, { tone: 'good' });
  await again(); // encoders belong to the model that found the objects
}
