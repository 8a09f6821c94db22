/** Text prompts, as results note and draw them. Answering them takes encoders: see `selectTexts`. */
import { drawCaption } from '../../draw/marks.js';
import type { NotedKind } from './kind.js';

/** What results note of texts. */
export interface TextRecord {
  readonly texts?: readonly string[];
  /** Most objects for each text; absent: any number. */
  readonly topK?: number;
  /** Least probability of an object that a text chooses; absent: none. */
  readonly threshold?: number;
}

/** Texts and how many objects they choose. */
export interface TextQuery {
  readonly texts: readonly string[];
  /** Most objects for each text; Infinity: any number. */
  readonly topK: number;
  /** 0: every object reaches it. */
  readonly threshold: number;
}

/** Asked by a call of its own, `Results.promptText`. */
export const textKind: NotedKind<TextQuery, TextRecord> = {
  name: 'text',
  record: ({ texts, topK, threshold }) => ({
    texts,
    ...(Number.isFinite(topK) && { topK }),
    ...(threshold > 0 && { threshold }),
  }),
  draw(canvas, { texts }) {
    if (texts) drawCaption(canvas, texts.join(' | '));
  },
};
