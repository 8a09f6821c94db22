/** One COCO file out of those of single pictures, piece by piece: memory holds one picture at a time. */
import type { CocoFile } from '../results/coco.js';
import type { DoneRecord } from './records.js';

/**
 * The text of the merged file. Pictures have their numbers in the batch; annotations are numbered through, in the order of
 * the pictures.
 * @param records in the order of their numbers.
 * @param read gives the COCO file of one picture.
 */
export async function* mergedCoco(
  records: readonly DoneRecord[],
  read: (record: DoneRecord) => Promise<CocoFile>,
): AsyncGenerator<string> {
  const categories = new Map<number, string>();
  let annotations = 0;
  yield '{"images":[';
  for (const [i, { number, key, width, height }] of records.entries()) {
    yield `${i > 0 ? ',\n' : '\n'}${JSON.stringify({ id: number, file_name: key, width, height })}`;
  }
  yield '\n],"annotations":[';
  for (const record of records) {
    const part = await read(record);
    for (const annotation of part.annotations) {
      const numbered = { ...annotation, id: annotations + 1, image_id: record.number };
      yield `${annotations > 0 ? ',\n' : '\n'}${JSON.stringify(numbered)}`;
      annotations++;
    }
    for (const { id, name } of part.categories) categories.set(id, name);
  }
  const sorted = [...categories].sort(([a], [b]) => a - b).map(([id, name]) => ({ id, name }));
  yield `\n],"categories":${JSON.stringify(sorted)}}\n`;
}
