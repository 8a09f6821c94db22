/** Opening a picture: shown at once, then its objects are found. */
import { effect } from '@preact/signals';
import type { Results } from 'fastsam-tfjs';
import { Interaction } from 'fastsam-tfjs/interact';
import * as app from '../state/app.js';
import { codeOf, messageOf } from '../state/failure.js';
import type { Picture } from '../state/picture.js';
import { rerunFor, type Settings } from '../state/settingRows.js';
import { device, settings } from '../state/settings.js';
import { decode } from './decode.js';
import { DEMO, engine, load, losses, restart, segment } from './engine.js';
import { stageText } from './words.js';

/** What was found with the settings of then; filters start from it. */
let found: { readonly scene: Results; readonly settings: Settings } | undefined;
/** Milliseconds without a change after which settings act. */
const REST = 120;
/** Milliseconds within which a second loss of the worker is told instead of mended. */
const SOON = 30_000;

let lastLoss = -Infinity;

let count = 0;
let run: AbortController | undefined;

/** A picture with objects that are known already. */
export interface Known {
  readonly scene: Results;
}

/** Opens a picture. The one before goes, and what was done on it. */
export async function openPicture(
  file: Blob,
  {
    name,
    sample = false,
    known,
    onShown,
  }: { name: string; sample?: boolean; known?: (shown: Picture) => Promise<Known>; onShown?: (shown: Picture) => void },
): Promise<void> {
  const number = ++count;
  cancelRun();
  app.failure.value = undefined;
  let shown: Picture;
  try {
    shown = { number, name, file, sample, ...(await decode(file)) };
  } catch {
    if (number === count) fail(`“${name}” is no picture that this browser can read.`, 'Try a JPEG, PNG or WebP.');
    return;
  }
  if (number !== count) {
    shown.bitmap.close();
    shown.small?.close();
    return;
  }
  const before = app.picture.value;
  found = undefined;
  follow(undefined);
  onShown?.(shown);
  app.picture.value = shown;
  before?.bitmap.close();
  before?.small?.close();
  if (known) {
    const { scene } = await known(shown);
    if (number !== count) return;
    found = { scene, settings: {} };
    app.stored.value = true;
    follow(scene);
    return;
  }
  await find(shown, settings.value);
}

/** Runs what a change of settings makes necessary. */
export async function applySettings(next: Settings): Promise<void> {
  const shown = app.picture.value;
  if (!shown) return;
  const usual = engine.value.kind === 'ready' ? engine.value.info.defaults : { conf: 0.4 };
  if (found) {
    const rerun = rerunFor(found.settings, next, usual);
    if (rerun === 'none' || rerun === 'filter') {
      const least = next.conf ?? usual.conf;
      const scene = rerun === 'none' ? found.scene : found.scene.filter(({ score }) => score > least);
      cancelRun();
      replace(scene);
      return;
    }
  }
  await find(shown, next);
}

/** The same picture once more, from the network on. */
export async function again(): Promise<void> {
  const shown = app.picture.value;
  app.failure.value = undefined;
  if (engine.value.kind === 'failed') void load(engine.value.source, device.value).catch(() => undefined);
  if (shown) await find(shown, settings.value);
}

/** Stops what is being done; what is on the screen stays. */
export function cancelRun(): void {
  run?.abort();
  run = undefined;
  app.work.value = undefined;
}

async function find(shown: Picture, wanted: Settings): Promise<void> {
  cancelRun();
  const controller = (run = new AbortController());
  const cancel = (): void => {
    cancelRun();
    restart();
    app.notify('Stopped.', { action: { label: 'Try again', run: () => void again() } });
  };
  const say = (text: string): void => {
    if (run === controller) app.work.value = { text, cancel };
  };
  say(stageText('preprocess'));
  try {
    const scene = await segment(shown.file, wanted, {
      signal: controller.signal,
      onStage: (stage) => say(stageText(stage)),
    });
    if (run !== controller || app.picture.value !== shown) return;
    cancelRun();
    const first = found === undefined;
    app.stored.value = false;
    found = { scene, settings: wanted };
    if (first) follow(scene);
    else replace(scene);
    app.announcement.value = `${scene.length} objects found.`;
  } catch (error) {
    if (run !== controller) return;
    cancelRun();
    explain(error);
  }
}

function explain(error: unknown): void {
  switch (codeOf(error)) {
    case 'ABORTED':
    case 'DISPOSED':
      return;
    case 'WORKER_LOST':
      losses.value++;
      // Once by itself: another worker starts, with the same picture.
      if (performance.now() - lastLoss > SOON) {
        lastLoss = performance.now();
        app.notify('The engine stopped and was started again.');
        void again();
        return;
      }
      fail(
        'The engine stopped twice in the middle of its work.',
        'The picture may be too large for it. Your selection is still here.',
        true,
      );
      return;
    case 'INVALID_IMAGE':
      fail('This picture cannot be read.', 'Save it as JPEG or PNG and open it again.');
      return;
    case 'DEVICE_FAILED':
      fail('The graphics processor failed.', 'Run on the CPU instead: slower, but it works everywhere.', false, {
        label: 'Use the CPU',
        run: () => {
          device.value = 'wasm';
          void load(engine.value.source, 'wasm').then(again, explain);
        },
      });
      return;
    case 'FILE_UNREADABLE':
    case 'DOWNLOAD_FAILED':
      fail('The model could not be fetched.', 'See that you are connected, then try again.', true);
      return;
    case 'INVALID_CHECKPOINT':
    case 'UNSUPPORTED_CHECKPOINT':
    case 'CHECKPOINT_MISMATCH':
      fail(`“${engine.value.source.name}” is no model that can be used here.`, messageOf(error), false, {
        label: 'Back to the demo model',
        run: () => void load(DEMO, device.value).then(again, explain),
      });
      return;
    default:
      fail('That did not work.', messageOf(error), true);
  }
}

function fail(what: string, todo: string, retry = false, action?: { label: string; run: () => void }): void {
  const button = action ?? (retry ? { label: 'Try again', run: () => void again() } : undefined);
  const run = (): void => {
    app.failure.value = undefined;
    button?.run();
  };
  app.failure.value = { what, todo, ...(button && { action: { label: button.label, run } }) };
  app.announcement.value = `${what} ${todo}`;
}

let stop: (() => void) | undefined;

/** A new controller for new objects. */
function follow(scene: Results | undefined): void {
  stop?.();
  app.nothingAt.value = undefined;
  if (!scene) {
    app.interaction.value = undefined;
    app.snapshot.value = undefined;
    return;
  }
  const interaction = new Interaction(scene, { steps: 400 });
  const ends = [
    interaction.on('change', (state) => (app.snapshot.value = state)),
    interaction.on('action', ({ action, step }) => {
      app.announcement.value = step === 'do' ? action.text : `${step === 'undo' ? 'Undid' : 'Redid'}: ${action.text}`;
      app.nothingAt.value = undefined;
    }),
    interaction.on('nothing', (place) => {
      app.nothingAt.value = place;
      app.announcement.value = 'No object here.';
    }),
  ];
  stop = () => ends.forEach((end) => end());
  app.interaction.value = interaction;
  app.snapshot.value = interaction.state;
}

function replace(scene: Results): void {
  if (app.interaction.value) app.interaction.value.replaceScene(scene);
  else follow(scene);
}

// A load that failed is told, whoever asked for it.
effect(() => {
  if (engine.value.kind === 'failed') explain(engine.value.error);
});

// Settings act as they are changed; a slider waits until it rests.
let resting: number | undefined;
effect(() => {
  const next = settings.value;
  clearTimeout(resting);
  // At the start nothing has changed yet.
  resting = resting === undefined ? 0 : window.setTimeout(() => void applySettings(next), REST);
});
