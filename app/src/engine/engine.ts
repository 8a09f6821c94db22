/** The model in its worker: loading, finding objects, and what became of it. */
import { signal } from '@preact/signals';
import { FastSAM } from 'fastsam-tfjs/worker';
import type { Results } from 'fastsam-tfjs';
import { type Settings } from '../state/settingRows.js';
import { device, type DeviceSetting } from '../state/settings.js';

type Model = FastSAM;
type Cache = Awaited<ReturnType<Model['withCache']>>;
export type ModelInfo = Model['info'];

/** Where the weights come from. */
export interface ModelSource {
  readonly name: string;
  /** `demo`, an address, the name of a published model, or a file that was dropped. */
  readonly weights: string | File;
}

export const DEMO: ModelSource = { name: 'Demo model', weights: 'demo' };

/** How far a load is. */
export interface LoadProgress {
  readonly loaded?: number;
  readonly total?: number;
  /** Bytes a second. */
  readonly rate?: number;
  readonly building: boolean;
}

/** What is known of the engine. */
export type EngineState =
  | { readonly kind: 'loading'; readonly source: ModelSource; readonly progress: LoadProgress }
  | { readonly kind: 'ready'; readonly source: ModelSource; readonly info: ModelInfo }
  | { readonly kind: 'failed'; readonly source: ModelSource; readonly error: unknown };

export const engine = signal<EngineState>({ kind: 'loading', source: DEMO, progress: { building: false } });
/** Encoders of texts are there, so that words can choose objects. */
export const textReady = signal(false);
/** How often a worker was lost: the page has started another one each time. */
export const losses = signal(0);

/** What a run is told. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onStage?: (stage: 'preprocess' | 'inference' | 'postprocess') => void;
}

let model: Model | undefined;
let cache: Cache | undefined;
let loading: Promise<Model> | undefined;
let aborting: AbortController | undefined;
let encoders: File | undefined;

/** Loads a model; the one before is gone. */
export function load(source: ModelSource, device: DeviceSetting): Promise<Model> {
  aborting?.abort();
  model?.dispose();
  model = cache = undefined;
  const controller = (aborting = new AbortController());
  const meter = new Meter();
  const say = (progress: LoadProgress): void => {
    if (aborting === controller) engine.value = { kind: 'loading', source, progress };
  };
  say({ building: false });
  loading = FastSAM.load(source.weights, {
    device,
    signal: controller.signal,
    ...(encoders && { textModel: encoders }),
    onProgress: (event) => {
      if (event.type === 'download') say({ ...meter.read(event.loaded, event.total), building: false });
      else if (event.type === 'compile') say({ building: true });
    },
  }).then(
    async (made) => {
      if (aborting !== controller) {
        made.dispose();
        return ready();
      }
      model = made;
      cache = await made.withCache();
      engine.value = { kind: 'ready', source, info: made.info };
      return made;
    },
    (error: unknown) => {
      if (aborting !== controller) return ready();
      engine.value = { kind: 'failed', source, error };
      throw error;
    },
  );
  loading.catch(() => undefined);
  return loading;
}

/** The model, when it is there; the demo model where none was asked for. @throws what loading throws */
export function ready(): Promise<Model> {
  return loading ?? load(DEMO, device.value);
}

/** Gives up the load under way. */
export function cancelLoad(): void {
  aborting?.abort();
}

/** Text encoders from a file that was dropped; the model is loaded again with them. */
export function useEncoders(file: File, device: DeviceSetting): Promise<Model> {
  encoders = file;
  textReady.value = true;
  return load(engine.value.source, device);
}

/** Finds every object. What the network gave is kept, so that thresholds alone do not run it again. */
export async function segment(image: Blob, settings: Settings, { signal, onStage }: RunOptions): Promise<Results> {
  await ready();
  if (!cache) throw new Error('no model');
  return cache.segment(image, { ...plain(settings), signal, onStage: onStage && (({ type }) => onStage(type)) });
}

/** Finds every object of a part of a picture; nothing of it is kept. */
export async function segmentPart(image: ImageBitmap, settings: Settings, { signal }: RunOptions): Promise<Results> {
  return (await ready()).segment(image, { ...plain(settings), signal, transfer: true });
}

/** Follows objects through frames; the frames are handed over. */
export async function* trackFrames(
  frames: Parameters<Model['track']>[0],
  options: Omit<NonNullable<Parameters<Model['track']>[1]>, 'transfer'>,
): AsyncGenerator<Results, void> {
  yield* (await ready()).track(frames, { ...options, transfer: true });
}

/** Ends what the worker does, at once; the next call starts another. */
export function restart(): void {
  if (!model) return;
  losses.value++;
  model.restart();
}

function plain(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Bytes and the rate at which they come. */
class Meter {
  readonly #start = performance.now();
  #first: number | undefined;

  read(loaded: number, total: number | undefined): Pick<LoadProgress, 'loaded' | 'total' | 'rate'> {
    this.#first ??= loaded;
    const seconds = (performance.now() - this.#start) / 1000;
    const rate = seconds > 0.2 ? (loaded - this.#first) / seconds : undefined;
    return { loaded, ...(total !== undefined && { total }), ...(rate !== undefined && { rate }) };
  }
}
