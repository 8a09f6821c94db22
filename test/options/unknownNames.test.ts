/** Every function with options refuses names that it does not know, and the pages show the rows as they are. */
import { readFileSync } from 'node:fs';
import { glob } from 'tinyglobby';
import { afterAll, describe, expect, test } from 'vitest';
import { contactSheet, createVideo, FastSAM, listImages, mergeCoco, openVideo } from '../../src/index.js';
import { Clip } from '../../src/entry/clip.js';
import { CocoEvaluator } from '../../src/entry/evaluate.js';
import { createTracker } from '../../src/entry/track.js';
import { packResults, readImage, unpackResults, writeSafetensors } from '../../src/index.js';
import { PromptFollower, SparseOpticalFlow } from '../../src/entry/track.js';
import { validateCoco } from '../../src/entry/evaluate.js';
import { batchOptions } from '../../src/cli/batch/options.js';
import { runOptionsOf } from '../../src/cli/study/options.js';
import { STUDIES } from '../../src/cli/study/registry.js';
import { writeBatch } from '../../src/entry/batch.js';
import { bootstrapIntervals, runStudy } from '../../src/entry/studies.js';
import { studyValues } from '../../src/studies/shared/options.js';
import { resolve } from '../../src/options/resolve.js';
import { OPTION_TABLES } from '../../tools/docs/optionTables.js';
import { PAGES, tablesIn, withTables } from '../../tools/docs/optionText.js';

const COINS = 'test/golden/scenes/coins.png';
const model = await FastSAM.load('demo', { device: 'wasm' });
const scene = await model.segment(COINS);
const raw = await model.detect(COINS);
afterAll(() => {
  model.dispose();
});

/** Options with a name that nothing knows, for calls whose types forbid it. */
const wrong: never = { nonsense: 1 } as never;

async function first(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) return;
}

/** What the call throws, now or later, as a rejection. */
const attempt = (call: () => unknown): Promise<unknown> => Promise.resolve().then(call);

/** One call for each table. Those of the command line check what they fill in. */
const CALLS: Readonly<Record<keyof typeof OPTION_TABLES, () => unknown>> = {
  LoadOptions: () => FastSAM.load('demo', wrong),
  WarmupOptions: () => model.warmup([], wrong),
  SegmentOptions: () => model.segment(COINS, wrong),
  StreamOptions: () => first(model.stream([COINS], wrong)),
  ActivationOptions: () => model.activations(COINS, ['model.0'], wrong),
  LetterboxImageOptions: () => model.letterbox(COINS, wrong),
  DetectOptions: () => model.detect(COINS, wrong),
  NmsLimitOptions: () => raw.nms(wrong),
  ToResultsOptions: () => raw.toResults(wrong),
  LogitsOptions: () => scene.logits(0, wrong),
  GradientOptions: () => model.gradient(COINS, ({ scores }) => scores.max(), wrong),
  CreateOptions: () => FastSAM.create({}, wrong),
  Prompt: () => scene.prompt(wrong),
  TextOptions: () => scene.promptText('a coin', wrong),
  RefineOptions: () => scene.refine(wrong),
  DrawOptions: () => scene.plot(wrong),
  EncodeOptions: () => scene.encode('png', wrong),
  SaveOptions: () => scene.save('never.png', wrong),
  SheetOptions: () => contactSheet([{ image: scene.image, caption: '' }], wrong),
  CutoutOptions: () => scene.cutout(0, wrong),
  CocoOptions: () => scene.toCoco(wrong),
  MergeCocoOptions: () => mergeCoco([scene], wrong),
  YoloOptions: () => scene.toYolo(wrong),
  SvgOptions: () => scene.toSvg(wrong),
  LabelmeOptions: () => scene.toLabelme(wrong),
  PackOptions: () => packResults(scene, wrong),
  GivenImageOptions: () => unpackResults(packResults(scene).data, wrong),
  PolygonOptions: () => scene.at(0).mask.toPolygons(wrong),
  ReadOptions: () => readImage(COINS, wrong),
  ListImagesOptions: () => listImages('never', wrong),
  VideoOptions: () => openVideo('never.mp4', wrong),
  CreateVideoOptions: () => createVideo('never.mp4', wrong),
  TrackOptions: () => first(model.track([COINS], wrong)),
  ByteTrackOptions: () => createTracker('bytetrack', wrong),
  TrackTrackOptions: () => createTracker('tracktrack', wrong),
  FollowOptions: () => new PromptFollower(scene, scene, wrong),
  SparseOpticalFlowOptions: () => new SparseOpticalFlow(wrong),
  ValOptions: () => model.val('never.yaml', wrong),
  CocoValOptions: () => validateCoco(model, 'never.json', 'never', wrong),
  CocoEvalOptions: () => new CocoEvaluator([1], wrong),
  ExportOptions: () => model.export('onnx', null, wrong),
  ClipOptions: () => Clip.load('ViT-B/32', wrong),
  WriteSafetensorsOptions: () => writeSafetensors(new Map(), {}, wrong),
  BatchOptions: () => writeBatch(model, [], Object.assign({ out: 'never' }, wrong)).next(),
  BatchCommandOptions: () => resolve(OPTION_TABLES.BatchCommandOptions, wrong),
  BootstrapOptions: () => bootstrapIntervals([{ key: 'a' }], () => ({}), wrong),
  StudyRequestOptions: () => runStudy(STUDIES[0], model, wrong),
  RunOptions: () => resolve(OPTION_TABLES.RunOptions, wrong),
};

describe('unknown names', () => {
  test.each(Object.keys(CALLS) as (keyof typeof CALLS)[])('%s', async (name) => {
    await expect(attempt(CALLS[name])).rejects.toMatchObject({
      code: name === 'Prompt' ? 'INVALID_PROMPT' : 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^option "nonsense": not known; known are /) as string,
    });
  });

  test('inside an option that is an object', async () => {
    const options = (given: object) => given as never;
    await expect(first(model.track([COINS], options({ follow: wrong })))).rejects.toThrow(/option "follow.nonsense"/);
    await expect(first(model.track([COINS], options({ tracker: { name: 'botsort', nonsense: 1 } })))).rejects.toThrow(
      /option "nonsense"/,
    );
    await expect(attempt(() => model.export('onnx', null, options({ nms: wrong })))).rejects.toThrow(
      /option "nms.nonsense"/,
    );
  });

  test.each([null, 5, ['x'], 'x'])('%j in the place of a source, options or what is run', async (value) => {
    const given = value as never;
    const refused = (message: RegExp) => ({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message) as string,
    });
    await expect(first(model.track([COINS], given))).rejects.toMatchObject(refused(/^options: got .* an object/));
    await expect(attempt(() => createTracker('botsort', given))).rejects.toMatchObject(refused(/^options: got/));
    await expect(attempt(() => runStudy(given, model))).rejects.toMatchObject(refused(/^study: /));
    await expect(scene.promptText('a coin', { clip: given })).rejects.toMatchObject(refused(/^clip: got .* encoders/));
    const [images, out] = [[given], 'never'];
    if (typeof value !== 'string') {
      await expect(first(writeBatch(model, images, { out }))).rejects.toMatchObject(refused(/^batch: got .* a path/));
    }
    await expect(first(writeBatch(model, [COINS], { out, shard: given }))).rejects.toMatchObject(
      refused(/^shard: got/),
    );
    if (typeof value === 'string') return;
    await expect(model.export('onnx', value === null ? (undefined as never) : given)).rejects.toMatchObject(
      refused(/^export: path: got /),
    );
    await expect(FastSAM.load('demo', { textModel: given })).rejects.toMatchObject(refused(/^textModel: got /));
    if (Array.isArray(value)) return;
    await expect(first(model.stream(given))).rejects.toMatchObject(refused(/^stream: got .* an iterable/));
    await expect(first(model.track(given))).rejects.toMatchObject(refused(/^track: got .* an iterable/));
    await expect(model.activations(COINS, given)).rejects.toMatchObject(refused(/^names: got .* a list/));
    await expect(model.segment(given)).rejects.toMatchObject(refused(/^image: got /));
  });

  test.each(STUDIES.map((study) => [study.name, study] as const))('of the study %s', (_, { options }) => {
    expect(() => studyValues(options, { nonsense: 1 })).toThrow(/option "nonsense": not known/);
  });

  test('every options interface of the package has a table', () => {
    const entries = [
      'api',
      ...['arrays', 'batch', 'clip', 'evaluate', 'mask', 'studies', 'track'].map((name) => `entry/${name}`),
    ];
    const api = entries.map((name) => readFileSync(`src/${name}.ts`, 'utf8')).join('\n');
    const names = new Set(api.match(/\b[A-Z]\w*Options\b/g));
    const without = [...names].filter((name) => !Object.hasOwn(OPTION_TABLES, name));
    const handedToImplementers = [
      'DecodeOptions',
      'ListOptions',
      'ReadFramesOptions',
      'ResolvedEvalOptions',
      'TextModelOptions',
    ];
    // A record of tables by the trackers' names; the values of a study's own options, by its own rows.
    expect(without.sort()).toEqual([...handedToImplementers, 'StudyOptions', 'TrackerOptions'].sort());
  });
});

describe('names of the peers', () => {
  test.each<[string, () => unknown, string]>([
    ['box', () => scene.prompt({ box: [250, 100, 290, 140] } as never), 'option "box": is called boxes here'],
    ['point', () => scene.prompt({ point: [[335, 188]] } as never), 'option "point": is called points here'],
    ['point_labels', () => scene.prompt({ points: [1, 1], point_labels: 1 } as never), 'is called labels here'],
    ['confidence', () => model.segment(COINS, { confidence: 0.9 } as never), 'did you mean conf?'],
    ['dropcontained', () => scene.refine({ dropcontained: true } as never), 'did you mean dropContained?'],
    ['bboxes', () => scene.prompt({ bboxes: [250, 100, 290, 140] } as never), 'option "bboxes"'],
    ['texts', () => scene.prompt({ texts: 'a coin' } as never), 'option "texts"'],
    ['a bare list of points', () => scene.prompt([[335, 188]] as never), 'expected an object'],
    ['no prompt', () => scene.prompt(undefined as never), 'expected an object'],
    ['a path as a stream', () => first(model.stream(COINS as never)), 'expected an iterable'],
    ['save_conf', () => scene.toYolo({ save_conf: true } as never), 'is called saveConf here'],
    ['clena', () => scene.refine({ clena: true } as never), 'did you mean clean?'],
    ['qualty', () => scene.encode('jpg', { qualty: 3 } as never), 'did you mean quality?'],
    ['max_dets', () => model.segment(COINS, { max_dets: 3 } as never), 'did you mean maxDet?'],
    ['box in plot', () => scene.plot({ box: true } as never), 'option "box": is called boxes here'],
    ['image_id', () => scene.toCoco({ image_id: 7 } as never), 'option "image_id": is called imageId here'],
  ])('%s', async (_, call, message) => {
    await expect(attempt(call)).rejects.toThrow(message);
  });

  test('a prompt with a right name still answers', () => {
    expect(scene.prompt({ boxes: [250, 100, 290, 140] }).length).toBe(1);
  });
});

describe('the command line', () => {
  test('fills in the defaults of batch and study', () => {
    expect(batchOptions({ conf: 0.3 })).toMatchObject({
      model: 'demo',
      device: 'auto',
      precision: 'fp32',
      format: ['json'],
      workers: 1,
      resume: false,
      segment: { conf: 0.3 },
    });
    expect(runOptionsOf({ subset: 5 })).toMatchObject({ subset: 5, seed: 1, cases: 6, json: false });
  });
});

describe('pages', async () => {
  const paths = await glob([...PAGES]);
  const pages = paths.map((path) => [path, readFileSync(path, 'utf8')] as const);

  test.each(pages)('%s shows the rows as they are (npm run docs:options)', (_, page) => {
    expect(page).toBe(withTables(page, OPTION_TABLES));
  });

  test('every table stands on one page', () => {
    expect(pages.flatMap(([, page]) => tablesIn(page)).sort()).toEqual(Object.keys(OPTION_TABLES).sort());
  });
});
