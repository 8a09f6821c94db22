/** Advice of messages, followed: each trial provokes a message, reads what it advises, and does that. All advice is tried. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adviceOf, messagesOfSource, withAdvice } from '../support/messages.js';
import { repository } from '../support/paths.js';
import { CHECKPOINTS } from './advice/checkpoints.js';
import { CLIP } from './advice/clip.js';
import { DOWNLOADS } from './advice/downloads.js';
import { BATCHES } from './advice/batches.js';
import { DATA } from './advice/data.js';
import { FILES } from './advice/files.js';
import { GRAPHS } from './advice/graphs.js';
import { IMAGES } from './advice/images.js';
import { INTERACT } from './advice/interact.js';
import { MODELS } from './advice/models.js';
import { NATIVE } from './advice/native.js';
import { OBJECTS } from './advice/objects.js';
import { PAGES } from './advice/pages.js';
import { STUDIES } from './advice/studies.js';
import { TRAVELS } from './advice/travels.js';
import { VIDEOS } from './advice/videos.js';
import { WEIGHTS } from './advice/weights.js';
import { WORKERS } from './advice/workers.js';

const ALL = [
  BATCHES,
  CHECKPOINTS,
  CLIP,
  DATA,
  DOWNLOADS,
  FILES,
  GRAPHS,
  IMAGES,
  INTERACT,
  MODELS,
  NATIVE,
  OBJECTS,
  PAGES,
  STUDIES,
  TRAVELS,
  VIDEOS,
  WEIGHTS,
  WORKERS,
];
const trials = ALL.flatMap((each) => each.trials);
const elsewhere = ALL.flatMap((each) => Object.entries(each.elsewhere));
const untried = ALL.flatMap((each) => Object.entries(each.untried));
const messages = messagesOfSource().filter(({ isHelp }) => !isHelp);
const advice = new Map(withAdvice(messages).map(({ file, text }) => [adviceOf(text), file]));
/** Texts that may stand in the place of advice, or of a part of it. */
const parts = new Set(messages.map(({ text }) => text).filter((text) => !advice.has(text)));

/** What a message with this advice ends in. */
function endOf(text: string): RegExp {
  return new RegExp(`; ${parts.has(text) ? '[^]*' : ''}${text.split('{}').map(escaped).join('[^]*')}`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a call throws, now or later. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

describe('advice that is followed works', () => {
  test.each(trials)('$advice', async ({ advice: text, provoke, follow }) => {
    expect(await messageOf(provoke)).toMatch(endOf(text));
    expect(await messageOf(follow)).toBe('no error');
  });
});

describe('the lists', () => {
  const listed = [
    ...trials.map((trial) => trial.advice),
    ...elsewhere.map(([text]) => text),
    ...untried.map(([text]) => text),
  ];

  test('have all advice of the source', () => {
    const missing = [...advice].filter(([text]) => !listed.includes(text)).map(([text, file]) => `${file}: ${text}`);
    expect(missing).toEqual([]);
  });

  test('have nothing else, and nothing twice', () => {
    expect(listed.filter((text) => !advice.has(text) && !parts.has(text))).toEqual([]);
    expect(listed.filter((text, i) => listed.indexOf(text) !== i)).toEqual([]);
  });

  test.each(elsewhere)('%s: %s quotes it', (text, file) => {
    const longest = text.split('{}').reduce((best, part) => (part.length > best.length ? part : best));
    const words = longest.trim().split(' ').slice(0, 4).join(' ');
    expect(readFileSync(repository(`test/${file}`), 'utf8').replaceAll('\\', '')).toContain(words);
  });
});
