/** `fastsam study quality`: do scores order masks by how good they are, and does the stability score do it better? */
import { number } from '../../options/kinds.js';
import { platform } from '../../platform/platform.js';
import type { Results } from '../../results/results.js';
import { recallOf } from '../../evaluate/coco/proposalCounts.js';
import { PROPOSAL_COUNTS } from '../../evaluate/coco/proposals.js';
import { spearman } from '../../evaluate/statistics/lists.js';
import { COCO_ARGUMENTS, objectsOf, openCoco, requireMasks, type CocoItem } from '../shared/cocoData.js';
import { drawScene, panels } from '../shared/drawing.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { EVERYTHING } from '../shared/options.js';
import { rowName } from '../table.js';
import type { Metric, Metrics, Study } from '../study.js';
import { calibrationError, calibrationOf } from '../../evaluate/statistics/calibration.js';
import { studyValues } from '../shared/options.js';
import type { StudyRows } from '../study.js';
import { measureQuality, ON_OBJECT, ORDERS, type Order, type QualityRecord } from './measure.js';
import { calibrationPlot } from './plot.js';
import { STABILITY_DELTA, stabilityScores } from '../../record/stability.js';

/** Those that need no ground truth. */
const PREDICTIONS = ['score', 'stability', 'product'] as const satisfies readonly Order[];
const LABELS: Readonly<Record<Order, string>> = {
  score: 'score',
  stability: 'stability',
  product: 'score x stability',
  iou: 'true IoU (bound)',
};

const SCOPES = ['all', 'objects'] as const;
type Scope = (typeof SCOPES)[number];
const SCOPE_LABELS: Readonly<Record<Scope, string>> = { all: 'all masks', objects: `masks with IoU >= ${ON_OBJECT}` };

const correlationKey = (order: Order, scope: Scope): string => `spearman ${order} ${scope}`;
const withinKey = (order: Order): string => `spearman ${order} within images`;
const errorKey = (order: Order): string => `calibration error ${order}`;
const recallKey = (order: Order, limit: number): string => `masks AR@${limit} by ${order}`;
const aucKey = (order: Order): string => `masks AUC by ${order}`;

const METRICS: readonly Metric[] = [
  ...PREDICTIONS.flatMap((order) => [
    ...SCOPES.map((scope) => correlationKey(order, scope)),
    withinKey(order),
    ...PROPOSAL_COUNTS.map((limit) => recallKey(order, limit)),
    aucKey(order),
  ]).map((key) => ({ key, label: key, better: 'higher' as const })),
  ...PREDICTIONS.map((order) => ({ key: errorKey(order), label: errorKey(order), better: 'lower' as const })),
];

const OPTIONS = {
  delta: number(0.01, 100, {
    text: 'stability: IoU of the masks at thresholds of the logits so far to both sides',
    default: STABILITY_DELTA,
    cli: { value: '<logits>' },
  }),
} satisfies StudyRows;

/** The study. */
export const qualityStudy: Study<QualityRecord, CocoItem> = {
  name: 'quality',
  summary: 'How well score and stability order masks by their true IoU: Spearman, calibration, AR by either.',
  help: `ANNOTATIONS is a COCO- or LVIS-style JSON file, IMAGES the folder with its images. Writes calibration.png, too.

Example:
  $ fastsam study quality coco/annotations/instances_val2017.json coco/val2017 --model FastSAM-x --subset 500`,
  arguments: COCO_ARGUMENTS,
  options: OPTIONS,
  settings: EVERYTHING,
  metrics: METRICS,
  async open({ args, options, files }) {
    const { items, fingerprint } = await openCoco(args[0], args[1], files);
    requireMasks(args[0], items, 'this study compares masks');
    const { delta } = studyValues(OPTIONS, options);
    return {
      items,
      fingerprint,
      measure: (item, scene) =>
        measureQuality({ key: item.key, ...objectsOf(item, scene) }, scene, stabilityScores(scene, delta)),
      draw: (_, scene) => drawTop(scene, stabilityScores(scene, delta)),
      async files(records) {
        const { scores, stability, product, ious } = pooled(records);
        const plot = calibrationPlot(
          [
            { title: 'score', values: scores },
            { title: 'stability', values: stability },
            { title: 'score x stability', values: product },
          ].map(({ title, values }) => ({ title, bins: calibrationOf(values, ious) })),
        );
        return [{ name: 'calibration.png', bytes: await platform().encodePng(plot.data, plot.width, plot.height) }];
      },
    };
  },
  summarise,
  tables(metrics, context) {
    return [
      {
        title: `Order against true IoU, ${rowName(context)}`,
        columns: [
          ...SCOPES.map((scope) => `Spearman, ${SCOPE_LABELS[scope]}`),
          'mean within images',
          'calibration error',
        ],
        rows: PREDICTIONS.map((order) => ({
          name: LABELS[order],
          values: [
            ...SCOPES.map((scope) => metrics[correlationKey(order, scope)]),
            metrics[withinKey(order)],
            metrics[errorKey(order)],
          ],
        })),
        note: 'The paper has no such figures; it names scores that say little about masks as a weakness.',
      },
      {
        title: 'Recall of masks by order',
        columns: [...PROPOSAL_COUNTS.map((limit) => `AR@${limit}`), 'AUC'],
        rows: ORDERS.map((order) => ({
          name: LABELS[order],
          values: [...PROPOSAL_COUNTS.map((limit) => metrics[recallKey(order, limit)]), metrics[aucKey(order)]],
        })),
      },
    ];
  },
  quality: ({ scores, ious }) => spearman(scores, ious),
  caption: ({ key, scores, ious }) => `${key}: Spearman ${(spearman(scores, ious) ?? 0).toFixed(2)}, top 10 shown`,
};

function pooled(records: readonly QualityRecord[]) {
  const scores = records.flatMap((record) => record.scores);
  const stability = records.flatMap((record) => record.stability);
  const ious = records.flatMap((record) => record.ious);
  return { scores, stability, product: scores.map((score, i) => score * stability[i]), ious };
}

function summarise(records: readonly QualityRecord[]): Metrics {
  const metrics: Record<string, number | null> = {};
  const { scores, stability, product, ious } = pooled(records);
  const values = { score: scores, stability, product };
  const on = ious.flatMap((iou, i) => (iou >= ON_OBJECT ? [i] : []));
  const onIous = on.map((i) => ious[i]);
  for (const order of PREDICTIONS) {
    const list = values[order];
    metrics[correlationKey(order, 'all')] = spearman(list, ious);
    metrics[correlationKey(order, 'objects')] = spearman(
      on.map((i) => list[i]),
      onIous,
    );
    metrics[withinKey(order)] = meanWithin(records, order);
    metrics[errorKey(order)] = calibrationError(calibrationOf(list, ious));
  }
  for (const order of ORDERS) {
    const { recall, auc } = recallOf(records.map(({ found }) => found[order]));
    PROPOSAL_COUNTS.forEach((limit, m) => (metrics[recallKey(order, limit)] = recall[0][m]));
    metrics[aucKey(order)] = auc[0];
  }
  return metrics;
}

/** The mean of the images' own correlations, over those that have one. */
function meanWithin(records: readonly QualityRecord[], order: (typeof PREDICTIONS)[number]): number | null {
  const each = records.flatMap((record) => {
    const { scores, stability, product, ious } = pooled([record]);
    return spearman({ score: scores, stability, product }[order], ious) ?? [];
  });
  return meanOf(each);
}

const SHOWN = 10;

/** The ten first masks by score, and by stability. */
function drawTop(scene: Results, stability: Float32Array) {
  const top = (values: ArrayLike<number>) =>
    drawScene(scene, [...scene.scores.keys()].sort((a, b) => values[b] - values[a]).slice(0, SHOWN));
  return panels([
    { image: top(scene.scores), caption: 'first by score' },
    { image: top(stability), caption: 'first by stability' },
  ]);
}
