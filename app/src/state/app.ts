/** What the app shows: signals that components read and actions write. */
import { computed, signal } from '@preact/signals';
import type { Interaction, InteractionState } from 'fastsam-tfjs/interact';
import type { Failure } from './failure.js';
import type { Picture } from './picture.js';

/** Work under way, with what is known of how far it is. */
export interface Work {
  readonly text: string;
  /** 0 … 1; absent: not known. */
  readonly share?: number;
  readonly detail?: string;
  readonly cancel?: () => void;
}

/** A short word that goes away by itself. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly tone: 'plain' | 'good' | 'bad';
}

/** How objects are shown. */
export type Look = 'overlay' | 'outline' | 'cutout';
export const LOOKS: readonly Look[] = ['overlay', 'outline', 'cutout'];

export type PanelTab = 'objects' | 'export' | 'settings';

export const picture = signal<Picture | undefined>(undefined);
export const interaction = signal<Interaction | undefined>(undefined);
/** The controller's last snapshot. */
export const snapshot = signal<InteractionState | undefined>(undefined);
export const work = signal<Work | undefined>(undefined);
export const notices = signal<readonly Notice[]>([]);
export const failure = signal<Failure | undefined>(undefined);
/** What a screen reader says. */
export const announcement = signal('');
/** A place where somebody asked for an object and there is none; picture pixels. */
export const nothingAt = signal<
  { readonly x: number; readonly y: number; readonly box?: readonly [number, number, number, number] } | undefined
>(undefined);

/** The objects were found when the app was built. */
export const stored = signal(false);

export const look = signal<Look>('overlay');
/** While `H` is held. */
export const hidden = signal(false);
export const tab = signal<PanelTab>('objects');
/** On a phone it would hide the picture. */
export const panelOpen = signal(matchMedia('(min-width: 721px)').matches);
export const helpOpen = signal(false);
export const cameraOpen = signal(false);
/** What the dialog for an address asks for. */
export const addressOf = signal<'picture' | 'weights' | undefined>(undefined);

export const items = computed(() => snapshot.value?.items ?? []);
export const activeItem = computed(() => snapshot.value?.active);
export const hovered = computed(() => snapshot.value?.hovered);
export const tool = computed(() => snapshot.value?.tool ?? 'select');
export const mode = computed(() => snapshot.value?.mode ?? 'plus');
export const objectCount = computed(() => snapshot.value?.objects ?? 0);
export const canUndo = computed(() => snapshot.value?.canUndo ?? false);
export const canRedo = computed(() => snapshot.value?.canRedo ?? false);

let last = 0;

/** Shows a short word for some seconds. */
export function notify(text: string, options: Partial<Pick<Notice, 'action' | 'tone'>> = {}): void {
  const id = ++last;
  notices.value = [...notices.value.slice(-2), { id, text, tone: 'plain', ...options }];
  announcement.value = text;
  setTimeout(() => dismiss(id), options.action ? 9000 : 4500);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
