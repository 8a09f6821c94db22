/**
 * Our side of the tracking evaluation on the clips of tools/golden/clips.py (which says in which order to run what).
 *   npx tsx tools/mot.ts detect   detections of the tests' network: out/clips/NAME/demo.json
 *   npx tsx tools/mot.ts track    our trackers on the recorded detections, the camera's motion estimated by us from the
 *                                 frames: out/clips/NAME/ours-SET-TRACKER.txt in MOT's format
 *   npx tsx tools/mot.ts follow   for each object of the first frame, a box prompt on it: where the object that follows is
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FastSAM } from '../src/index.js';
import type { Xyxy } from '../src/record/boxes.js';
import { boxIou } from '../src/geometry/boxIou.js';
import { openVideo } from '../src/source/openVideo.js';
import { createTracker, TRACKERS, type TrackerName } from '../src/track/createTracker.js';
import { SparseOpticalFlow } from '../src/track/motion/sparseOpticalFlow.js';
import type { Affine, Tracker, TrackRows } from '../src/track/types.js';
import { CLIP_NAMES, DETECTION_SETS, detectionsOf, readClip } from '../test/track/clipGolden.js';

const IMGSZ = 640;
/** Units of the recorded numbers: eighths of a pixel, 1/1024 of a score. */
const [BOX_UNIT, SCORE_UNIT] = [8, 1024];
/** Least share of an object that is seen where it is asked for. */
const CLEARLY_SEEN = 0.7;
/** Least IoU of a followed object with the true one. */
const ON_IT = 0.5;

const folderOf = (name: string) => fileURLToPath(new URL(`../out/clips/${name}/`, import.meta.url));

async function detect(name: string, model: FastSAM): Promise<void> {
  const frames: number[][][] = [];
  for await (const { image } of await openVideo(`${folderOf(name)}clip.mkv`)) {
    const { boxes, scores } = await model.segment(image, { imgsz: IMGSZ, conf: 0.1, iou: 0.7, retinaMasks: false });
    frames.push(
      Array.from(boxes, (box, i) => [...box.map((v) => Math.round(v * BOX_UNIT)), Math.round(scores[i] * SCORE_UNIT)]),
    );
  }
  writeFileSync(`${folderOf(name)}demo.json`, JSON.stringify(frames));
  console.log(name, frames.length, 'frames', frames.flat().length, 'boxes');
}

/** Every tracker on every set of detections, all in one pass over the frames, whose motion is estimated once. */
async function track(name: string): Promise<void> {
  const { sets } = readClip(name);
  const camera = new SparseOpticalFlow();
  let motion: Affine = [1, 0, 0, 0, 1, 0];
  const cameraMotion = { estimate: () => motion, reset: () => undefined };
  const runs = DETECTION_SETS.flatMap((set) =>
    TRACKERS.map((tracker) => ({ set, tracker, of: trackerOf(tracker, cameraMotion), lines: [] as string[] })),
  );
  for await (const { image, index } of await openVideo(`${folderOf(name)}clip.mkv`)) {
    motion = camera.estimate(image);
    for (const run of runs)
      run.lines.push(...motLines(index + 1, run.of.update(detectionsOf(sets[run.set][index]), image)));
  }
  for (const { set, tracker, lines } of runs) {
    writeFileSync(`${folderOf(name)}ours-${set}-${tracker}.txt`, `${lines.join('\n')}\n`);
  }
}

function trackerOf(name: TrackerName, cameraMotion: { estimate(): Affine; reset(): void }): Tracker {
  return name === 'bytetrack' ? createTracker(name) : createTracker(name, { cameraMotion });
}

function motLines(frame: number, { ids, boxes, scores }: TrackRows): string[] {
  return Array.from(ids, (id, i) => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
    const numbers = [x1, y1, x2 - x1, y2 - y1].map((v) => v.toFixed(2));
    return `${frame},${id},${numbers.join(',')},${scores[i].toFixed(3)},-1,-1,-1`;
  });
}

/** A row of the truth; what is marked 0 does not count. */
interface Truth {
  readonly frame: number;
  readonly id: number;
  readonly box: Xyxy;
  readonly counts: boolean;
  /** Share of the object that is seen. */
  readonly seen: number;
}

function truthOf(name: string): Truth[] {
  const lines = readFileSync(`${folderOf(name)}gt.txt`, 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [frame, id, x, y, width, height, mark, , seen] = line.split(',').map(Number);
    return { frame, id, box: [x, y, x + width, y + height], counts: mark === 1, seen };
  });
}

/** Frames in which the object counts, in which the one that follows is on it (IoU), and in which it is elsewhere. */
async function follow(name: string, model: FastSAM): Promise<void> {
  const truth = truthOf(name);
  const count = { objects: 0, frames: 0, onIt: 0, elsewhere: 0 };
  for (const { id, box } of truth.filter(({ frame, seen }) => frame === 1 && seen >= CLEARLY_SEEN)) {
    const places = new Map(truth.filter((row) => row.id === id && row.counts).map((row) => [row.frame - 1, row.box]));
    count.objects++;
    count.frames += places.size;
    const prompt = { boxes: [[...box]] };
    for await (const { frame, boxes } of model.track(`${folderOf(name)}clip.mkv`, {
      imgsz: IMGSZ,
      retinaMasks: false,
      prompt,
    })) {
      const place = places.get(frame?.index ?? -1);
      if (!place || boxes.length === 0) continue;
      if (boxIou(boxes.at(0), place) >= ON_IT) count.onIt++;
      else count.elsewhere++;
    }
  }
  if (count.objects === 0) return; // all enter later
  const share = (frames: number): string => `${((100 * frames) / count.frames).toFixed(1)} %`;
  console.log(`${name}: ${count.objects} objects, on it ${share(count.onIt)}, elsewhere ${share(count.elsewhere)}`);
}

async function withModel(task: (name: string, model: FastSAM) => Promise<void>): Promise<void> {
  const model = await FastSAM.load('test/golden/networks/demo.safetensors');
  for (const name of CLIP_NAMES) await task(name, model);
  model.dispose();
}

const command = process.argv[2];
if (command === 'detect') {
  await withModel(detect);
} else if (command === 'follow') {
  await withModel(follow);
} else if (command === 'track') {
  for (const name of CLIP_NAMES) await track(name);
} else {
  console.error('usage: npx tsx tools/mot.ts detect|track|follow');
  process.exitCode = 2;
}
