/** A valid call of every function, constructor and method that the package's entries offer. */
import type * as tf from '@tensorflow/tfjs';
import * as api from '../../src/index.js';
import * as arrays from '../../src/entry/arrays.js';
import * as batch from '../../src/entry/batch.js';
import * as clip from '../../src/entry/clip.js';
import * as compile from '../../src/entry/compile.js';
import * as element from '../../src/entry/element.js';
import * as exporting from '../../src/entry/export.js';
import * as evaluate from '../../src/entry/evaluate.js';
import * as interact from '../../src/entry/interact.js';
import * as maskEntry from '../../src/entry/mask.js';
import * as studies from '../../src/entry/studies.js';
import * as workerInPages from '../../src/entry/worker.browser.js';
import * as worker from '../../src/entry/worker.js';
import * as track from '../../src/entry/track.js';
import { scene, TRAINED } from '../support/paths.js';
import { maskOf } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { seededClip } from '../support/seededClip.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { drained, may, n, of, one, OPTIONS, text, type PublicCall } from './publicCall.js';
import { WORKER_CALLS } from './workerCalls.js';

/** The entries by their names in package.json. */
export const ENTRIES: Readonly<Record<string, object>> = {
  '.': api,
  './browser': api, // with another platform
  './compile': compile,
  './export': exporting,
  './fastsam.min.js': api,
  './arrays': arrays,
  './batch': batch,
  './clip': clip,
  './element': element,
  './evaluate': evaluate,
  './interact': interact,
  './mask': maskEntry,
  './studies': studies,
  './track': track,
  './worker': { ...workerInPages, ...worker }, // pages have more
};

const folder = temporaryFolder();
process.env.FASTSAM_HOME = temporaryFolder(); // so that nobody's downloads are cleared
const model = await api.FastSAM.load(TRAINED, { device: 'wasm' });
const raw = await model.detect(scene('coins.png'), { imgsz: 64 });
const small = await api.FastSAM.create({ widthMultiple: 0.02, depthMultiple: 0.1 }, { imgsz: 64, device: 'wasm' });
const encoders = await clip.Clip.load(seededClip());
const found = await model.segment(scene('coins.png'), { imgsz: 64 });

const mask = one(() => maskOf('##..', '##..', '....', '....'));
const other = one(() => maskOf('....', '.##.', '.##.', '....'));
const three = () => resultsOf([maskOf('##..', '##..', '....', '....'), maskOf('....', '..##', '..##', '....')]);
/** A controller with one item. */
const interaction = () => {
  const made = new interact.Interaction(three());
  made.choose(0);
  return made;
};
const rle = one(() => api.encodeRle(maskOf('##..', '##..')));
const counts = one(() => ({ size: [2, 4], counts: [0, 4, 4] }));
const array = one(() => ({ shape: [2], data: new Float32Array(2) }));
const connectivity = may(() => 8);
const box = one(() => [0, 0, 2, 2], 'numbers');
const canvas = one(() => ({ data: new Uint8Array(300), width: 10, height: 10 }));
const image = () => ({ data: new Uint8Array(300).fill(9), width: 10, height: 10 });
const rect = one(() => ({ x: 1, y: 1, width: 4, height: 4 }));
const rgb = one(() => [1, 2, 3], 'numbers');
const options = OPTIONS;
const records = one(() => [
  { key: 'a', v: 1 },
  { key: 'b', v: 2 },
]);
const summarise = one(() => (all: readonly { v: number }[]) => ({
  mean: all.reduce((sum, { v }) => sum + v, 0) / all.length,
}));
const truth = one(() => ({
  images: [{ id: 1, width: 4, height: 2 }],
  annotations: [
    {
      id: 1,
      image_id: 1,
      category_id: 1,
      iscrowd: 0,
      area: 4,
      bbox: [0, 0, 2, 2],
      segmentation: { size: [2, 4], counts: [0, 4, 4] },
    },
  ],
  categories: [{ id: 1, name: 'a' }],
}));
const detections = one(() => [
  { image_id: 1, category_id: 1, score: 0.5, bbox: [0, 0, 2, 2], segmentation: { size: [2, 4], counts: [0, 4, 4] } },
]);
const boxDetections = one(() => ({ boxes: new Float32Array([0, 0, 2, 2]), scores: new Float32Array([0.9]) }));
const trackRows = one(() => ({
  ids: Int32Array.of(1),
  boxes: new Float32Array(4),
  scores: new Float32Array(1),
  classes: new Int32Array(1),
  indices: Int32Array.of(0),
}));
const about = one(() => ({ text: 'an option' }));
const results = one(three);
const format: api.OutputFormat = { name: 'mine', about: 'mine', ending: '.mine', scope: 'image', encode: () => 'x' };
const study = one(() => ({
  ...{ name: 'mine', summary: 'mine', help: '', arguments: [], options: {}, settings: {}, metrics: [] },
  ...{
    open: () => ({ items: [], fingerprint: '', measure: () => ({ key: 'a' }) }),
    summarise: () => ({}),
    tables: () => [],
  },
}));
/** What results are made of. */
const dataOf = ({ boxes, imageMasks, ...rest }: api.Results) => ({ ...rest, boxes: boxes.xyxy, masks: imageMasks });
const evaluation = () => new evaluate.CocoEvaluator([1], { kind: 'boxes' }).result();

const { masks } = api;

export const PUBLIC_CALLS: Readonly<Record<string, PublicCall>> = {
  'masks.areaInBox': of(masks.areaInBox, mask, box),
  'masks.boundingBox': of(masks.boundingBox, mask),
  'masks.boundingRect': of(masks.boundingRect, mask),
  'masks.cleanUp': of(masks.cleanUp, mask),
  'masks.close': of(
    masks.close,
    mask,
    one(() => 3, 'object'),
  ),
  'masks.compressRle': of(masks.compressRle, counts),
  'masks.connectedComponents': of(masks.connectedComponents, mask, connectivity),
  'masks.cropToBox': of(masks.cropToBox, mask, box),
  'masks.difference': of(masks.difference, mask, other),
  'masks.dilate': of(
    masks.dilate,
    mask,
    one(() => 3, 'object'),
  ),
  'masks.equals': of(masks.equals, mask, other),
  'masks.erode': of(
    masks.erode,
    mask,
    one(() => 3, 'object'),
  ),
  'masks.expandRle': of(masks.expandRle, rle),
  'masks.fillHoles': of(
    masks.fillHoles,
    mask,
    may(() => 5),
  ),
  'masks.fromRings': of(
    masks.fromRings,
    one(() => [[0, 0, 3, 0, 3, 3]]),
    n(4),
    n(4),
  ),
  'masks.fromStroke': of(
    masks.fromStroke,
    one(() => [1, 1, 3, 3], 'numbers'),
    n(1),
    n(4),
    n(4),
  ),
  'masks.intersection': of(masks.intersection, mask, other),
  'masks.intersectionArea': of(masks.intersectionArea, mask, other),
  'masks.iou': of(masks.iou, mask, other),
  'masks.largestComponent': of(masks.largestComponent, mask, connectivity),
  'masks.largestContour': of(masks.largestContour, mask),
  'masks.open': of(
    masks.open,
    mask,
    one(() => 3, 'object'),
  ),
  'masks.polygonArea': of(
    masks.polygonArea,
    one(() => masks.toPolygons(maskOf('###', '###', '###'))[0]),
  ),
  'masks.removeSmallRegions': of(masks.removeSmallRegions, mask, n(2), connectivity),
  'masks.resizeMask': of(
    masks.resizeMask,
    mask,
    n(8),
    n(8),
    may(() => 'nearest'),
  ),
  'masks.rleArea': of(masks.rleArea, rle),
  'masks.rleBox': of(masks.rleBox, rle),
  'masks.rleIou': of(
    masks.rleIou,
    rle,
    counts,
    may(() => false),
  ),
  'masks.rleMerge': of(
    masks.rleMerge,
    one(() => [rle.make(), counts.make()]),
    may(() => 'union'),
  ),
  'masks.shift': of(
    masks.shift,
    mask,
    n(1),
    n(1),
    may(() => ({ gridWidth: 8, gridHeight: 8 })),
  ),
  'masks.shrinkWindow': of(masks.shrinkWindow, mask),
  'masks.simplifyPolygon': of(
    masks.simplifyPolygon,
    one(() => Int32Array.of(0, 0, 4, 0, 4, 4, 0, 4), 'numbers'),
    n(1),
  ),
  'masks.toNormalisedPolygons': of(masks.toNormalisedPolygons, mask, options),
  'masks.toPolygons': of(masks.toPolygons, mask, options),
  'masks.union': of(masks.union, mask, other),
  'masks.unletterboxMask': of(
    masks.unletterboxMask,
    mask,
    one(() => ({ imageWidth: 8, imageHeight: 8 })),
    may(() => 'nearest'),
  ),
  'masks.withoutContained': of(
    masks.withoutContained,
    one(() => [mask.make(), other.make()]),
    may(() => 0.8),
  ),
  'new Mask': of((...args) => new api.Mask(...(args as unknown as ConstructorParameters<typeof api.Mask>)), n(4), n(4), n(0), n(0), n(4), n(4), one(() => new Uint32Array(4))), // prettier-ignore
  'new Interaction': of((given, chosen) => new interact.Interaction(given, chosen), results, options),
  'Interaction.on': of(
    (event, listener) => interaction().on(event, listener),
    one(() => 'change'),
    one(() => () => undefined),
  ),
  'Interaction.pointer': of(
    (kind, x, y, details) => {
      interaction().pointer(kind, x, y, details);
    },
    one(() => 'down'),
    n(1),
    n(1),
    may(() => ({ shiftKey: true })),
  ),
  'Interaction.key': of(
    (press) => interaction().key(press),
    one(() => ({ code: 'KeyA' })),
  ),
  'Interaction.hover': of((x, y) => interaction().hover(x, y), n(1), n(1)),
  'Interaction.leave': of(() => interaction().leave()),
  'Interaction.click': of(
    (x, y, mode) => interaction().click(x, y, mode),
    n(1),
    n(1),
    may(() => 'new'),
  ),
  'Interaction.plus': of((x, y) => interaction().plus(x, y), n(1), n(1)),
  'Interaction.minus': of((x, y) => interaction().minus(x, y), n(1), n(1)),
  'Interaction.box': of((given, chosen) => interaction().box(given, chosen), box, options),
  'Interaction.lasso': of(
    (points, chosen) => interaction().lasso(points, chosen),
    one(() => [0, 0, 3, 0, 3, 3], 'numbers'),
    options,
  ),
  'Interaction.stroke': of(
    (points, chosen) => interaction().stroke(points, chosen),
    one(() => [0, 0, 3, 3], 'numbers'),
    options,
  ),
  'Interaction.cycle': of((step) => interaction().cycle(step), n(1)),
  'Interaction.walk': of((step) => interaction().walk(step), n(1)),
  'Interaction.take': of(
    (mode) => interaction().take(mode),
    may(() => 'new'),
  ),
  'Interaction.choose': of(
    (object, mode) => interaction().choose(object, mode),
    n(0),
    may(() => 'new'),
  ),
  'Interaction.activate': of(
    (item) => interaction().activate(item),
    may(() => 1),
  ),
  'Interaction.selectAll': of(() => interaction().selectAll()),
  'Interaction.invert': of(() => interaction().invert()),
  'Interaction.invertPixels': of(() => interaction().invertPixels()),
  'Interaction.clear': of(() => interaction().clear()),
  'Interaction.escape': of(() => interaction().escape()),
  'Interaction.merge': of(() => interaction().merge()),
  'Interaction.subtract': of(() => interaction().subtract()),
  'Interaction.split': of(() => interaction().split()),
  'Interaction.refine': of((chosen) => interaction().refine(chosen), options),
  'Interaction.dilate': of((pixels) => interaction().dilate(pixels), n(1)),
  'Interaction.erode': of((pixels) => interaction().erode(pixels), n(1)),
  'Interaction.fillHoles': of(
    (maxArea) => interaction().fillHoles(maxArea),
    may(() => 9),
  ),
  'Interaction.remove': of(
    (item) => interaction().remove(item),
    may(() => 1),
  ),
  'Interaction.setMask': of(
    (given, item) => interaction().setMask(given, item),
    mask,
    may(() => 1),
  ),
  'Interaction.addObjects': of(
    (given, corner) => interaction().addObjects(given, corner),
    results,
    may(() => ({ x: 0, y: 0 })),
  ),
  'Interaction.replaceScene': of((given) => {
    interaction().replaceScene(given);
  }, results),
  'Interaction.undo': of(() => interaction().undo()),
  'Interaction.redo': of(() => interaction().redo()),
  'Interaction.selection': of(() => interaction().selection()),
  defineFastSAMImage: of(
    (name) => {
      element.defineFastSAMImage(name);
    },
    may(() => 'my-image'),
  ),
  setWorker: of(
    (make) => {
      element.setWorker(make);
    },
    one(() => () => ({})),
  ),
  'Mask.empty': of((width, height) => api.Mask.empty(width, height), n(4), n(4)),
  'Mask.fromBitmap': of(
    (bitmap, width, height) => api.Mask.fromBitmap(bitmap, width, height),
    one(() => new Uint8Array(16), 'numbers', 'list'),
    n(4),
    n(4),
  ),
  'Mask.has': of((x, y) => maskOf('##').has(x, y), n(1), n(0)),
  'Mask.toBitmap': of(() => maskOf('##').toBitmap()),
  encodeRle: of(api.encodeRle, mask),
  decodeRle: of(api.decodeRle, rle),
  labelMap: of(
    maskEntry.labelMap,
    one(() => [mask.make(), other.make()]),
    n(4),
    n(4),
  ),
  packMasks: of(
    maskEntry.packMasks,
    one(() => [mask.make()]),
  ),
  unpackMasks: of(
    maskEntry.unpackMasks,
    one(() => maskEntry.packMasks([maskOf('##')])),
  ),

  'new FastSAMError': of((code, message) => new api.FastSAMError(code, message), one(() => 'ABORTED', 'anything'), one(() => 'x', 'anything')), // prettier-ignore
  'FastSAM.load': of(
    (source, given) => api.FastSAM.load(source, given),
    one(() => TRAINED, 'bytes'),
    options,
  ),
  'FastSAM.segment': of((input, given) => model.segment(input, given), one(image, 'text', 'list', 'bytes'), options),
  'FastSAM.letterbox': of((input, given) => model.letterbox(input, given), one(image, 'text', 'bytes'), options),
  'FastSAM.detect': of((input, given) => model.detect(input, given), one(image, 'text', 'list', 'bytes'), options),
  'FastSAM.create': of(
    async (spec, given) => {
      (await api.FastSAM.create(spec, given)).dispose();
    },
    one(() => ({ widthMultiple: 0.02, depthMultiple: 0.1 }), 'undefined'),
    options,
  ),
  'NetworkModel.info': of(() => model.info),
  'NetworkModel.layerNames': of(() => model.layerNames()),
  'NetworkModel.activations': of((input, names, given) => model.activations(input, names, given), one(image, 'text', 'bytes'), one(() => ['model.0']), options), // prettier-ignore
  'NetworkModel.gradient': of((input, scalar, given) => small.gradient(input, scalar, given), one(image, 'text', 'bytes'), one(() => ({ scores }: { scores: tf.Tensor }) => scores.max(), 'function'), options), // prettier-ignore
  'NetworkModel.layersModel': of(() => small.layersModel()),
  'NetworkModel.stateDict': of(() => small.stateDict()),
  'NetworkModel.setWeights': of(
    (given) => small.setWeights(given),
    one(() => new Map(), 'object'),
  ),
  'NetworkModel.save': of(
    (path, given) => small.save(path, given),
    one(() => `${folder}/x.safetensors`, 'text'),
    options,
  ),
  'FastSAM.warmup': of(
    (sizes, given) => model.warmup(sizes, given),
    may(() => [{ width: 32, height: 32 }]),
    options,
  ),
  'FastSAM.dispose': of(() => undefined),
  'FastSAM.stream': of(
    async (input, given) => {
      for await (const item of model.stream(input, given)) if (item.error) throw item.error;
    },
    one(() => [image()], 'object', 'bytes'),
    options,
  ),
  'FastSAM.withCache': of(() => model.withCache()),
  'FastSAM.track': of((input, given) => drained(model.track(input, given)), one(() => [image()], 'text', 'object', 'bytes'), options), // prettier-ignore
  'FastSAM.val': of((data, given) => model.val(data, given), text('never.yaml'), options),
  'FastSAM.export': of((name, target, given) => model.export(name, typeof target === 'string' ? `${folder}/m` : target, given), text('safetensors'), may(() => null, 'text', 'null'), options), // prettier-ignore

  'new NetworkFamily': of((given) => new api.NetworkFamily(given), one(() => ({ id: 'x', name: 'x', checkpoints: 'x', rows: [], head: { ...model.info.architecture.family.head }, scales: {} }))), // prettier-ignore
  'NetworkFamily.networkName': of((scale) => model.info.architecture.family.networkName(scale), text('s')),
  'NetworkFamily.headTensor': of((name) => model.info.architecture.family.headTensor(name), text('x')),
  'NetworkFamily.hasHead': of(
    (tensors) => model.info.architecture.family.hasHead(tensors),
    one(() => new Map()),
  ),
  'NetworkFamily.isNamedIn': of(
    (given) => model.info.architecture.family.isNamedIn(given),
    one(() => ({})),
  ),
  'NetworkFamily.toJSON': of(() => model.info.architecture.family.toJSON()),

  'new Results': of((data) => new api.Results(data), one(() => dataOf(three()))), // prettier-ignore
  'Results.fromJSON': of(
    (record, given) => api.Results.fromJSON(record, given),
    one(() => three().toJSON()),
    options,
  ),
  packResults: of(api.packResults, results, options),
  unpackResults: of(
    api.unpackResults,
    one(() => api.packResults(three()).data),
    options,
  ),
  'Results.at': of((index) => three().at(index), n(0)),
  'Results.select': of(
    (indices) => three().select(indices),
    one(() => [0]),
  ),
  'Results.filter': of(
    (keep) => three().filter(keep),
    one(() => () => true),
  ),
  'Results.map': of(
    (make) => three().map(make),
    one(() => () => 1),
  ),
  'Results.sort': of(
    (compare) => three().sort(compare),
    one(() => () => 0),
  ),
  'Results.with': of(
    (changes) => three().with(changes),
    one(() => ({ scores: new Float32Array(2) })),
  ),
  'Results.prompt': of(
    (prompt) => three().prompt(prompt),
    one(() => ({ points: [[1, 1]] })),
  ),
  'Results.promptWith': of((kind, value) => three().promptWith(kind, value), one(() => ({ name: 'x', parse: (v: unknown) => v, select: () => ({ indices: [0], matches: [] }), record: () => ({}) })), one(() => 1, 'anything')), // prettier-ignore
  'Results.promptText': of(
    (what, given) => three().promptText(what, given),
    one(() => '', 'list'),
    options,
  ),
  'Results.refine': of(
    (given) => three().refine(given),
    one(() => ({ fillHoles: 5 })),
  ),
  'Results.probabilities': of((index) => found.probabilities(index), n(0)),
  'Results.logits': of((index, given) => found.logits(index, given), n(0), options),
  'Results.labelMap': of(() => three().labelMap()),
  'Results.plot': of((given) => three().plot(given), options),
  'Results.cutout': of((index, given) => three().cutout(index, given), n(0), options),
  'Results.toJSON': of(() => three().toJSON()),
  'Results.toCoco': of((given) => three().toCoco(given), options),
  'Results.toYolo': of((given) => three().toYolo(given), options),
  'Results.toSvg': of((given) => three().toSvg(given), options),
  'Results.toLabelme': of((given) => three().toLabelme(given), options),
  'Results.draw': of(
    (shown, given) => {
      three().draw(shown, given);
    },
    one(() => ({}), 'anything'),
    options,
  ),
  'Results.toImageData': of((given) => three().toImageData(given), options),
  'Results.toBlob': of(
    (type, given) => three().toBlob(type, given),
    may(() => 'image/png'),
    options,
  ),
  'Results.toMot': of(() => resultsOf([], { trackIds: new Int32Array(0), frame: { index: 0, time: 0 } }).toMot()),
  'Results.encode': of(
    (name, given) => three().encode(name, given),
    one(() => 'json', 'object'),
    options,
  ),
  'Results.save': of(
    (path, given) => three().save(path, given),
    one(() => `${folder}/x.json`),
    options,
  ),
  'ObjectMask.has': of((x, y) => three().at(0).mask.has(x, y), n(0), n(0)),
  'ObjectMask.toNormalisedPolygons': of((given) => three().at(0).mask.toNormalisedPolygons(given), options),
  'ObjectMask.toPolygons': of((given) => three().at(0).mask.toPolygons(given), options),
  'Masks.at': of((index) => three().masks.at(index), n(0)),
  'Boxes.at': of((index) => three().boxes.at(index), n(0)),
  'RawDetections.anchor': of((index) => raw.anchor(index), n(0)),
  'RawDetections.nms': of((given) => raw.nms(given), options),
  'RawDetections.toResults': of((given) => raw.toResults(given), options),
  'RawDetections.with': of(
    (changes) => raw.with(changes),
    one(() => ({})),
  ),

  blendPixel: of(api.blendPixel, canvas, n(1), n(1), rgb, n(0.5)),
  fillRect: of(
    api.fillRect,
    canvas,
    rect,
    rgb,
    may(() => 0.5),
  ),
  fillCircle: of(
    api.fillCircle,
    canvas,
    n(3),
    n(3),
    n(2),
    rgb,
    may(() => 0.5),
  ),
  strokeRect: of(
    api.strokeRect,
    canvas,
    rect,
    n(1),
    rgb,
    may(() => 0.5),
  ),
  drawCaption: of(api.drawCaption, canvas, text('a')),
  drawDashedRect: of(api.drawDashedRect, canvas, rect),
  drawPoint: of(
    api.drawPoint,
    canvas,
    n(3),
    n(3),
    one(() => true),
  ),
  colourOf: of(api.colourOf, n(3)),
  contactSheet: of(
    api.contactSheet,
    one(() => [{ image: image(), caption: 'a' }]),
    options,
  ),

  createVideo: of(
    (path, given) => api.createVideo(path, given),
    one(() => `${folder}/none/x.mp4`),
    options,
  ),
  openVideo: of(
    (source, given) => api.openVideo(source, given),
    one(() => 'never.mp4'),
    options,
  ),
  listImages: of(
    (path, given) => api.listImages(path, given),
    one(() => folder),
    options,
  ),
  readImage: of((input, given) => api.readImage(input, given), one(image, 'text', 'bytes'), options),
  listCache: of(() => api.listCache()),
  clearCache: of(
    (names) => api.clearCache(names),
    may(() => [], 'text'),
  ),
  readCheckpoint: of(
    (bytes) => api.readCheckpoint(bytes),
    one(() => new Uint8Array(9)),
  ),
  readSafetensors: of(
    (bytes) => api.readSafetensors(bytes),
    one(() => new Uint8Array(9)),
  ),
  writeSafetensors: of(
    api.writeSafetensors,
    one(() => new Map([['a', { dtype: 'float32', shape: [1], toFloat32: () => new Float32Array(1) }]])),
    may(() => ({ a: 'b' })),
    options,
  ),
  safetensorsMetadata: of(
    api.safetensorsMetadata,
    one(() => ({ format: 'safetensors', source: 'state_dict', metadata: {} })),
  ),
  defineFormat: of(
    api.defineFormat,
    one(() => format),
  ),
  deviceTable: of(() => api.deviceTable()),
  mergeCoco: of(
    (all, given) => api.mergeCoco(all, given),
    one(() => [three()], 'object'),
    options,
  ),
  platform: of(() => api.platform().name),
  usePlatform: of(
    (given) => {
      const kept = api.platform();
      try {
        api.usePlatform(given);
      } finally {
        if (api.platform() !== kept) api.usePlatform(kept);
      }
    },
    one(() => api.platform()),
  ),

  resultsArrays: of(arrays.resultsArrays, results),
  rawArrays: of(
    arrays.rawArrays,
    one(() => raw),
  ),
  readNpy: of(
    arrays.readNpy,
    one(() => arrays.writeNpy(array.make() as arrays.GivenArray)),
  ),
  readNpz: of(
    arrays.readNpz,
    one(() => arrays.writeNpz({})),
  ),
  saveArrays: of(
    arrays.saveArrays,
    one(() => `${folder}/x.npy`, 'text'),
    array,
  ),
  writeNpy: of(arrays.writeNpy, array),
  writeNpz: of(
    arrays.writeNpz,
    one(() => ({ a: array.make() })),
  ),

  mergeBatch: of(
    (out, formats) => batch.mergeBatch(out, formats),
    one(() => folder),
    may(() => []),
  ),
  verifyBatch: of(
    (out) => drained(batch.verifyBatch(out)),
    one(() => folder),
  ),
  writeBatch: of((m, images, given) => drained(batch.writeBatch(m, images, given)), one(() => model), one(() => [], 'object'), one(() => ({ out: `${folder}/batch`, overwrite: true }))), // prettier-ignore

  'Clip.load': of(
    (source, given) => clip.Clip.load(source, given),
    one(() => 'nothing', 'bytes'),
    options,
  ),
  'Clip.encodeImages': of(
    (pixels, given) => encoders.encodeImages(pixels, given),
    one(() => [new Uint8Array(3 * encoders.config.imageSize ** 2)]),
    options,
  ),
  'Clip.encodeTokens': of(
    (tokens, given) => encoders.encodeTokens(tokens, given),
    one(() => [new Int32Array(encoders.config.contextLength)]),
    options,
  ),

  exportName: of(exporting.exportName, text('demo'), text('onnx')),
  'new CocoEvaluator': of((categories, given) => new evaluate.CocoEvaluator(categories, given), one(() => [1]), one(() => ({ kind: 'boxes' }))), // prettier-ignore
  'CocoEvaluator.add': of((given) => { new evaluate.CocoEvaluator([1], { kind: 'boxes' }).add(given); }, one(() => ({ id: 1, width: 4, height: 4, truths: [], detections: [] }))), // prettier-ignore
  'CocoEvaluator.result': of(evaluation),
  'CocoEvaluation.averagePrecision': of(
    (over) => evaluation().averagePrecision(over),
    may(() => ({ iou: 0.5 })),
  ),
  'CocoEvaluation.averageRecall': of(
    (over) => evaluation().averageRecall(over),
    may(() => ({ iou: 0.5 })),
  ),
  evaluateCoco: of(
    evaluate.evaluateCoco,
    truth,
    detections,
    one(() => ({ kind: 'masks' })),
  ),
  evaluateProposals: of(
    evaluate.evaluateProposals,
    truth,
    detections,
    one(() => 'boxes'),
    may(() => [1, 10]),
  ),
  validateCoco: of((m, file, images, given) => evaluate.validateCoco(m, file, images, given), one(() => model), one(() => 'never.json'), one(() => folder, 'list'), options), // prettier-ignore

  bootstrapIntervals: of(
    studies.bootstrapIntervals,
    records,
    summarise,
    may(() => ({ resamples: 3 })),
  ),
  pairedBootstrap: of(
    studies.pairedBootstrap,
    records,
    records,
    summarise,
    may(() => ({ resamples: 3 })),
  ),
  calibrationError: of(
    studies.calibrationError,
    one(() => studies.calibrationOf([0.5], [0.5])),
  ),
  calibrationOf: of(
    studies.calibrationOf,
    one(() => [0.5], 'numbers'),
    one(() => [0.4], 'numbers'),
    may(() => 10),
  ),
  cocoObjects: of(
    studies.cocoObjects,
    results,
    n(1),
    may(() => [0]),
    may(() => () => ({})),
  ),
  defineStudy: of((given) => studies.defineStudy(given), study),
  flag: of((given) => studies.flag(given), about),
  integer: of((low, high, given) => studies.integer(low, high, given), n(0), n(5), about),
  number: of((low, high, given) => studies.number(low, high, given), n(0), n(5), about),
  oneOf: of(
    (choices, given) => studies.oneOf(choices, given),
    one(() => ['a', 'b']),
    about,
  ),
  text: of((given) => studies.text(given), about),
  formatTable: of(
    studies.formatTable,
    one(() => ({ title: 't', columns: ['a'], rows: [{ name: 'r', values: [1] }] })),
  ),
  meanOf: of(
    studies.meanOf,
    one(() => [1, 2], 'numbers'),
  ),
  percentile: of(
    studies.percentile,
    one(() => Float64Array.of(1, 2), 'numbers'),
    n(0.5),
  ),
  randomSource: of((seed) => studies.randomSource(seed)(), n(1)),
  sampleIndices: of(studies.sampleIndices, n(9), n(2), n(1)),
  spearman: of(
    studies.spearman,
    one(() => [1, 2, 3], 'numbers'),
    one(() => [1, 3, 2], 'numbers'),
  ),
  runStudy: of(
    (given, m, request) => studies.runStudy(given, m, request),
    study,
    one(() => model),
    options,
  ),

  createTracker: of((name, given) => track.createTracker(name, given), text('botsort'), options),
  'Tracker.update': of((given, frame) => track.createTracker('botsort', { cameraMotion: new track.SparseOpticalFlow() }).update(given, frame), boxDetections, may(image)), // prettier-ignore
  'new PromptFollower': of((first, prompt, given) => new track.PromptFollower(first, prompt, given), results, one(() => ({ points: [[1, 1]] })), options), // prettier-ignore
  'PromptFollower.size': of(() => new track.PromptFollower(three(), three()).size),
  'PromptFollower.update': of((frame, rows) => new track.PromptFollower(three(), three()).update(frame, rows), results, trackRows), // prettier-ignore
  'new SparseOpticalFlow': of((given) => new track.SparseOpticalFlow(given), options),
  'SparseOpticalFlow.estimate': of((frame) => new track.SparseOpticalFlow().estimate(frame), one(image)),
  'SparseOpticalFlow.reset': of(() => { new track.SparseOpticalFlow().reset(); }), // prettier-ignore
  'new Trails': of((frames) => new track.Trails(frames), n(3)),
  'Trails.add': of((frame) => { new track.Trails(3).add(frame); }, results), // prettier-ignore
  'Trails.of': of((frame) => new track.Trails(3).of(frame), results),

  ...WORKER_CALLS,
};
