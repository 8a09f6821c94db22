/** `fastsam study text`: the object that a phrase means, chosen by CLIP (FastSAM paper, text prompts). */
import { openClip } from '../../clip/weights/openClip.js';
import { CLIP_CATALOGUE } from '../../clip/weights/catalogue.js';
import { TEXT_MODEL } from '../../options/limits.js';
import { text } from '../../options/kinds.js';
import { AUTHORS, studyValues } from '../shared/options.js';
import { cocoObjects } from '../../evaluate/coco/objects.js';
import { invalidArgument } from '../../errors.js';
import { drawObjects } from '../../draw/drawObjects.js';
import { platform } from '../../platform/platform.js';
import { LazyTextModel, loadClip } from '../../model/lazyTextModel.js';
import type { Results } from '../../results/results.js';
import { COCO_ARGUMENTS, objectsOf, openCoco, type CocoItem } from '../shared/cocoData.js';
import { inputsOf } from '../shared/fingerprint.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { rowName } from '../table.js';
import type { Metric, Metrics, Study, StudyRecord } from '../study.js';
import type { StudyRows } from '../study.js';
import { chooseObjects, phraseIous, withPhrase, type PhraseIous, type PhraseTruth } from './phrases.js';

interface TextItem extends CocoItem {
  readonly truths: readonly PhraseTruth[];
}

interface TextRecord extends StudyRecord {
  /** One for each phrase, in the order of the annotations. */
  readonly phrases: readonly PhraseIous[];
}

/** IoU from which on an object is the one that is meant. */
const HIT = 0.5;

const METRICS: readonly Metric[] = [
  { key: 'accuracy', label: 'accuracy' },
  { key: 'meanIou', label: 'mean IoU' },
  { key: 'reachable', label: 'a mask is there' },
  { key: 'accuracyReachable', label: 'accuracy where a mask is there' },
  { key: 'bestIou', label: 'mean IoU of the best mask' },
].map((metric) => ({ ...metric, better: 'higher' as const }));

const OPTIONS = {
  textModel: text({
    text: `encoders of phrases and objects: ${CLIP_CATALOGUE.map(({ name }) => name).join(', ')}, a path or URL`,
    default: TEXT_MODEL,
    cli: { value: '<name>' },
  }),
} satisfies StudyRows;

/** The study. */
export const textStudy: Study<TextRecord, TextItem> = {
  name: 'text',
  summary: 'The object that a phrase means, chosen by CLIP: accuracy at IoU 0.5, and what the masks allow.',
  help: `ANNOTATIONS is a COCO-style JSON file whose annotations have a "phrase" each (those without are left out), IMAGES
the folder with its images. Masks are compared where an annotation has a segmentation, else boxes.

Example:
  $ fastsam study text refcoco_val.json coco/train2014 --text-model ViT-B/32 --model FastSAM-x`,
  arguments: COCO_ARGUMENTS,
  options: OPTIONS,
  settings: { conf: AUTHORS.conf, iou: AUTHORS.iou },
  metrics: METRICS,
  async open({ args, options, files, signal, onProgress }) {
    const { items, fingerprint } = await openCoco(args[0], args[1], files);
    const withPhrases = items
      .map((item): TextItem => ({ ...item, truths: withPhrase(item.truths) }))
      .filter(({ truths }) => truths.length > 0);
    if (withPhrases.length === 0) {
      throw invalidArgument(`${args[0]}: got no annotation with a phrase, expected some`);
    }
    const { textModel: name } = studyValues(OPTIONS, options);
    // Weights that are missing or broken end the run here: later each image would fail on its own. They are loaded after
    // the segmenter, which decides on the device.
    await openClip(name, { signal, onProgress });
    const isFile = (await platform().stat(name))?.kind === 'file';
    const encoders = new LazyTextModel(name, loadClip);
    const choose = (scene: Results, truths: readonly PhraseTruth[]) => {
      const phrases = truths.map(({ phrase }) => phrase);
      return encoders.use((clip) => chooseObjects(scene, phrases, clip, signal), { signal });
    };
    return {
      items: withPhrases,
      fingerprint,
      ...(await inputsOf({ textModel: isFile ? name : undefined })),
      async measure(item, scene) {
        const chosen = await choose(scene, item.truths);
        return { key: item.key, phrases: phraseIous(scene, objectsOf(item, scene).truths, chosen) };
      },
      async predict({ truths }, scene, imageId) {
        const chosen = await choose(scene, truths);
        const asked = chosen.flatMap((index, i) => (index === undefined ? [] : [{ index, truth: truths[i] }]));
        const indices = asked.map(({ index }) => index);
        return {
          objects: cocoObjects(scene, imageId, indices, (at) => ({ category_id: asked[at].truth.category_id })),
        };
      },
      async draw({ truths }, scene) {
        const chosen = await choose(scene, truths);
        const { xyxy } = scene.boxes;
        const objects = chosen.flatMap((index, i) => {
          if (index === undefined) return [];
          const [x1, y1, x2, y2] = xyxy.subarray(4 * index, 4 * index + 4);
          return [{ id: i, mask: scene.imageMasks[index], box: [x1, y1, x2, y2] as const, label: truths[i].phrase }];
        });
        return drawObjects(scene.image, objects, null, { boxes: true, labels: true });
      },
      dispose() {
        encoders.dispose();
      },
    };
  },
  summarise,
  tables(metrics, context) {
    const { textModel: encoders } = studyValues(OPTIONS, context.options);
    return [
      {
        title: `Objects chosen by phrases, IoU >= ${HIT}`,
        columns: METRICS.map(({ label }) => label),
        rows: [{ name: rowName(context, encoders), values: METRICS.map(({ key }) => metrics[key]) }],
        note: '"A mask is there": some mask of the image reaches the IoU, chosen or not. The paper shows images only.',
      },
    ];
  },
  quality: ({ phrases }) => meanOf(phrases.map(([chosen]) => chosen)),
  caption: ({ key, phrases }) =>
    `${key}: ${phrases.filter(([chosen]) => chosen >= HIT).length} of ${phrases.length} phrases`,
};

function summarise(records: readonly TextRecord[]): Metrics {
  const phrases = records.flatMap((record) => record.phrases);
  const hits = (list: readonly PhraseIous[]) => meanOf(list.map(([chosen]) => (chosen >= HIT ? 1 : 0)));
  return {
    accuracy: hits(phrases),
    meanIou: meanOf(phrases.map(([chosen]) => chosen)),
    reachable: meanOf(phrases.map(([, best]) => (best >= HIT ? 1 : 0))),
    accuracyReachable: hits(phrases.filter(([, best]) => best >= HIT)),
    bestIou: meanOf(phrases.map(([, best]) => best)),
  };
}
