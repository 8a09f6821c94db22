/** What the commands are run on: the example images, clips with motion made from them, small data sets. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { seededClip } from '../../test/support/seededClip.js';
import { OWN_CHECKOUT, runTool } from './commandLine.js';
import { IMAGES, makeStudyData } from './studyData.js';

/** Frames of a clip. */
const FRAMES = 10;
const CLIP_ARGS = [
  '-pix_fmt',
  'yuv420p',
  '-c:v',
  'mpeg4',
  '-q:v',
  '2',
  '-fflags',
  '+bitexact',
  '-flags:v',
  '+bitexact',
];

/** Small files of `test/golden` that are inputs as they are. */
const GOLDEN = {
  'three-classes.safetensors': 'layers/tiny-3-classes.safetensors',
  'tiny.safetensors': 'layers/tiny.safetensors',
  'tiny.reference.safetensors': 'layers/tiny.reference.safetensors',
} as const;

/**
 * Writes all inputs, unless they are there:
 * - `images/`: photographs; `broken/`: the same and a file that is no image.
 * - `pan.mp4`, `zoom.mp4`: 320x240 pixels, 25 frames a second; `frames/`: the frames of `pan.mp4`.
 * - `tiny.safetensors` (with its `tiny.reference.safetensors`), `three-classes.safetensors`, `dynamic.onnx`: tiny checkpoints of random weights; `clip.safetensors`: a tiny CLIP.
 * - `list.txt`: names of two images; what `makeStudyData` writes.
 */
export async function makeInputs(folder: string): Promise<void> {
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return;
  const golden = (name: string): string => join(OWN_CHECKOUT, 'test/golden', name);
  for (const below of ['images', 'broken', 'frames']) await mkdir(join(folder, below), { recursive: true });
  for (const name of IMAGES) {
    for (const below of ['images', 'broken']) await copyFile(golden(join('scenes', name)), join(folder, below, name));
  }
  await writeFile(join(folder, 'broken/not-an-image.png'), 'not an image');
  await writeFile(join(folder, 'list.txt'), 'images/coins.png\nimages/rocket.jpg\n');
  await makeClips(folder);
  for (const [name, from] of Object.entries(GOLDEN)) await copyFile(golden(from), join(folder, name));
  await writeFile(join(folder, 'dynamic.onnx'), gunzipSync(await readFile(golden('onnx/dynamic.onnx.gz'))));
  await writeFile(join(folder, 'clip.safetensors'), seededClip());
  await makeStudyData(folder);
  await writeFile(finished, '');
}

/** A window that moves over an image, and one that closes in on its centre. */
async function makeClips(folder: string): Promise<void> {
  const images = join(folder, 'images');
  const clip = (image: string, filter: string, name: string): Promise<string> =>
    runTool('ffmpeg', [
      ...['-v', 'error', '-y', '-loop', '1', '-framerate', '25', '-i', join(images, image)],
      ...['-vf', filter, '-frames:v', String(FRAMES), ...CLIP_ARGS, join(folder, name)],
    ]);
  await clip('coins.png', "crop=320:240:x='5*n':y='3*n'", 'pan.mp4');
  await clip(
    'astronaut.jpg',
    "zoompan=z='1+0.03*on':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d=1:s=320x240:fps=25",
    'zoom.mp4',
  );
  await runTool('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'pan.mp4'), join(folder, 'frames/%03d.png')]);
}
