/** The images that went best and worst, on one sheet. */
import { contactSheet, type SheetCell } from '../draw/sheet.js';
import type { RgbImage } from '../image/rgbImage.js';
import { scenes, type StudyRunOptions } from './measure.js';
import type { OpenedStudy, Study, StudyItem, StudyRecord } from './study.js';

/** An image of the sheet. */
export interface Case<R extends StudyRecord> {
  readonly record: R;
  readonly quality: number;
  readonly kind: 'best' | 'worst';
}

/**
 * The `count` best records and the `count` worst, best first; each at most once, ties in the order of the data. With few
 * records the halves share them out.
 */
export function extremeCases<R extends StudyRecord>(
  records: readonly R[],
  quality: (record: R) => number | null,
  count: number,
): Case<R>[] {
  const ranked = records
    .flatMap((record) => {
      const value = quality(record);
      return value === null || !Number.isFinite(value) ? [] : [{ record, quality: value }];
    })
    .sort((a, b) => b.quality - a.quality);
  const best = Math.min(count, Math.ceil(ranked.length / 2));
  const worst = Math.min(count, ranked.length - best);
  return [
    ...ranked.slice(0, best).map((each) => ({ ...each, kind: 'best' as const })),
    ...ranked.slice(ranked.length - worst).map((each) => ({ ...each, kind: 'worst' as const })),
  ];
}

/**
 * Segments the extreme cases once more and draws them: best in the upper rows, worst in the lower.
 * @returns undefined where the study draws nothing.
 */
export async function drawCases<R extends StudyRecord, I extends StudyItem>(
  study: Study<R, I>,
  opened: OpenedStudy<R, I>,
  items: readonly I[],
  records: readonly R[],
  count: number,
  options: Pick<StudyRunOptions, 'model' | 'settings' | 'signal'>,
): Promise<RgbImage | undefined> {
  if (!opened.draw || !study.quality || count === 0) return undefined;
  const cases = extremeCases(records, (record) => study.quality?.(record) ?? null, count);
  const byKey = new Map(items.map((item) => [item.key, item]));
  const cells: SheetCell[] = [];
  for (const { record, quality, kind } of cases) {
    const item = byKey.get(record.key);
    if (!item) continue;
    for await (const { scene } of scenes(opened, [item], options)) {
      if (!scene) continue;
      const caption = study.caption?.(record) ?? `${record.key}: ${quality.toFixed(3)}`;
      cells.push({ image: await opened.draw(item, scene, record), caption: `${kind}: ${caption}` });
    }
  }
  return cells.length === 0 ? undefined : contactSheet(cells, sheetLayout(cells));
}

/** Pixels: an image of the sheet, and the widest sheet. */
const CELL = 320;
const WIDEST = 1320;

/** Two rows of images; rows of panels, which are wide, keep their size and go below each other where they must. */
function sheetLayout(cells: readonly SheetCell[]): { columns: number; cellSize: number } {
  const panelled = cells.some(({ image: { width, height } }) => width > 2 * height);
  if (!panelled) return { columns: Math.ceil(cells.length / 2), cellSize: CELL };
  const cellSize = Math.min(WIDEST, Math.max(CELL, ...cells.map(({ image }) => image.width)));
  return { columns: Math.max(1, Math.floor(WIDEST / cellSize)), cellSize };
}
