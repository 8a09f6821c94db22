/** One COCO file out of those of single images, piece by piece: memory holds one image at a time. */
import type { CocoFile } from '../results/coco.js';
import type { DoneRecord } from './records.js';

/**
 * The text of the merged file. Images and annotations are numbered through from 1, in the order of the records.
 * @param records images that are done.
 * @param read gives the COCO file of one image.
 */
export async function* mergedCoco(
  records: readonly DoneRecord[],
  read: (record: DoneRecord) => Promise<CocoFile>,
): AsyncGenerator<string> {
  const categories = new Map<number, string>();
  let annotations = 0;
  yield '{"images":[';
  for (const [i, { key, width, height }] of records.entries()) {
    yield `${i > 0 ? ',\n' : '\n'}${JSON.stringify({ id: i + 1, file_name: key, width, height })}`;
  }
  yield '\n],"annotations":[';
  for (const [i, record] of records.entries()) {
    const part = await read(record);
    for (const annotation of part.annotations) {
      const numbered = { ...annotation, id: annotations + 1, image_id: i + 1 };
      yield `${annotations > 0 ? ',\n' : '\n'}${JSON.stringify(numbered)}`;
      annotations++;
    }
    for (const { id, name } of part.categories) categories.set(id, name);
  }
  const sorted = [...categories].sort(([a], [b]) => a - b).map(([id, name]) => ({ id, name }));
  yield `\n],"categories":${JSON.stringify(sorted)}}\n`;
}
