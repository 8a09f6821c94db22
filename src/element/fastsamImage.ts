/** `<fastsam-image>`: a picture whose objects can be hovered, clicked and edited. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { Interaction } from '../interact/interaction.js';
import { CLICK_MODES, TOOLS, type ClickMode, type Tool } from '../interact/input.js';
import type { InteractionEvents } from '../interact/state.js';
import type { LoadOptions } from '../model/loadOptions.js';
import type { SegmentOptions } from '../model/options.js';
import { requireText } from '../options/requireKind.js';
import type { Results } from '../results/results.js';
import { listen } from './listen.js';
import { modelOf, type ElementModel, type ElementProgress } from './models.js';
import { drawOverlay } from './overlay.js';
import { buildShadow, type Pieces } from './shadow.js';
import { hoveredText, progressText, selectedText } from './words.js';

/** What the element's events bring as `detail`: those of the controller, and its own. They do not bubble. */
export interface FastSAMImageEvents extends InteractionEvents {
  /** The model is loaded, or the picture is worked on. */
  readonly progress: ElementProgress;
  /** The objects are there. */
  readonly ready: { readonly scene: Results; readonly interaction: Interaction };
  /** The picture or the model could not be had. */
  readonly error: { readonly error: unknown };
}

const PASSED_ON = ['change', 'hover', 'select', 'nothing', 'action'] as const;

/** Servers have no elements; there the module can be imported, and does nothing. */
const Base = typeof HTMLElement === 'undefined' ? (Object as unknown as typeof HTMLElement) : HTMLElement;

/**
 * The element. Attributes: `src` and `alt` as of `<img>`; `model` a name, path or URL of a checkpoint (absent: set `scene`);
 * `tool` and `mode` as of `Interaction`; `stretch`: as wide as its container. Parts: `image`, `overlay`, `status`, `live`.
 *
 * @example
 * import 'fastsam-tfjs/element';
 * document.body.innerHTML = '<fastsam-image src="street.jpg" model="demo" mode="replace"></fastsam-image>';
 * document.querySelector('fastsam-image').addEventListener('select', ({ detail }) => console.log(detail.items));
 */
export class FastSAMImage extends Base {
  /** @internal */
  static readonly observedAttributes = ['src', 'model', 'alt', 'tool', 'mode'];

  /** Options of `segment`, for the next picture. */
  segmentOptions: SegmentOptions = {};
  /** Options of `load`, for the next model: `weightsUrl`, `wasmPaths`, `device`. */
  loadOptions: LoadOptions = {};
  /** A model of your own instead of the one that `model` names. */
  segmenter: ElementModel | undefined;

  #pieces: Pieces | undefined;
  #interaction: Interaction | undefined;
  #stop: AbortController | undefined;
  #frame = 0;
  #resized: ResizeObserver | undefined;

  /** The controller of the picture; undefined until its objects are there. */
  get interaction(): Interaction | undefined {
    return this.#interaction;
  }

  /** The objects of the picture; undefined until they are there. */
  get scene(): Results | undefined {
    return this.#interaction?.scene;
  }

  /** Shows objects that were found before, of the picture that `src` names: no model is needed. */
  set scene(scene: Results | undefined) {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#use(scene);
  }

  /** What is selected, one object an item; undefined until there are objects. */
  get selection(): Results | undefined {
    return this.#interaction?.selection();
  }

  /** @internal */
  connectedCallback(): void {
    const pieces = (this.#pieces ??= this.#build());
    this.#resized = new ResizeObserver(() => {
      this.#draw();
    });
    this.#resized.observe(pieces.overlay);
    this.#label();
    this.#load();
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#resized?.disconnect();
    this.#stop?.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (!this.isConnected || !this.#pieces || before === value) return;
    if (name === 'src' || name === 'model') this.#load();
    else if (name === 'alt') this.#label();
    else this.#setTools();
  }

  #build(): Pieces {
    const pieces = buildShadow(this);
    listen(pieces.overlay, {
      interaction: () => this.#interaction,
      size: () => this.#interaction?.scene.image ?? { width: 1, height: 1 },
    });
    return pieces;
  }

  #label(): void {
    const text = this.getAttribute('alt') ?? 'Picture';
    this.#pieces?.overlay.setAttribute('aria-label', text);
  }

  #setTools(): void {
    const tool = this.getAttribute('tool') ?? 'select';
    const mode = this.getAttribute('mode') ?? 'plus';
    const target = this.#interaction;
    if (target && TOOLS.includes(tool as Tool)) target.tool = tool as Tool;
    if (target && CLICK_MODES.includes(mode as ClickMode)) target.mode = mode as ClickMode;
  }

  /** Shows the picture that `src` names, and finds its objects. What was under way for another one is dropped. */
  #load(): void {
    const pieces = this.#pieces;
    const src = this.getAttribute('src');
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#use(undefined);
    if (!pieces) return;
    this.#say('');
    if (src === null || src === '') {
      pieces.image.removeAttribute('src');
      return;
    }
    pieces.image.src = src;
    this.#find(new URL(src, document.baseURI).href, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      this.#say(error instanceof Error ? error.message : String(error), true);
      this.#tell('error', { error });
    });
  }

  async #find(address: string, signal: AbortSignal): Promise<void> {
    await this.#pieces?.image.decode().catch((cause: unknown) => {
      throw new FastSAMError('INVALID_IMAGE', `picture: ${address} cannot be shown; give the address of an image`, {
        cause,
      });
    });
    const name = this.getAttribute('model');
    if (this.segmenter === undefined && name === null) return;
    const progress = (event: ElementProgress): void => {
      if (signal.aborted) return;
      this.#say(progressText(event));
      this.#tell('progress', event);
    };
    const model = this.segmenter ?? (await modelOf(nameOrAddress(name ?? ''), this.loadOptions, progress));
    throwIfAborted(signal);
    const scene = await model.segment(address, { ...this.segmentOptions, signal, onStage: progress });
    if (!signal.aborted) this.#use(scene);
  }

  #use(scene: Results | undefined): void {
    const interaction = scene && new Interaction(scene);
    this.#interaction = interaction;
    this.#say('');
    this.#setTools();
    if (interaction) {
      for (const name of PASSED_ON) {
        interaction.on(name, (detail) => {
          this.#hear(name, detail);
        });
      }
      this.#tell('ready', { scene, interaction });
    }
    this.#draw();
  }

  #hear<K extends (typeof PASSED_ON)[number]>(name: K, detail: FastSAMImageEvents[K]): void {
    const state = this.#interaction?.state;
    if (this.#pieces && state) {
      const { live } = this.#pieces;
      if (name === 'select') live.textContent = selectedText(state);
      if (name === 'hover') live.textContent = hoveredText(state);
      if (name === 'nothing') live.textContent = 'No object here';
    }
    if (name === 'change') this.#draw();
    this.#tell(name, detail);
  }

  #say(text: string, error = false): void {
    if (!this.#pieces) return;
    this.#pieces.status.textContent = text;
    this.#pieces.status.toggleAttribute('data-error', error);
  }

  #tell<K extends keyof FastSAMImageEvents>(name: K, detail: FastSAMImageEvents[K]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Draws once a frame, however often something changes. */
  #draw(): void {
    if (!this.#pieces || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const overlay = this.#pieces?.overlay;
      if (!overlay) return;
      const target = this.#interaction;
      if (!target) {
        overlay.width = 0;
        return;
      }
      const { state, scene } = target;
      overlay.toggleAttribute('data-hit', state.hovered !== undefined);
      overlay.toggleAttribute('data-draws', state.tool !== 'select');
      drawOverlay(overlay, { state, masks: scene.imageMasks, ...sizeOf(scene) });
    });
  }
}

const sizeOf = ({ image: { width, height } }: Results) => ({ width, height });

/** Names stay; paths are seen from the page. */
function nameOrAddress(model: string): string {
  return /[./]/.test(model) ? new URL(model, document.baseURI).href : model;
}

declare global {
  interface HTMLElementTagNameMap {
    'fastsam-image': FastSAMImage;
  }
}

/**
 * Makes the element known to the page, once; on servers nothing.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no name of an element.
 */
export function defineFastSAMImage(name = 'fastsam-image'): void {
  requireText('name', name);
  if (!/^[a-z][a-z0-9._]*-[a-z0-9._-]*$/.test(name)) {
    throw invalidArgument(`name: got '${name}', expected small letters with a hyphen, such as fastsam-image`);
  }
  if (typeof customElements === 'undefined' || customElements.get(name)) return;
  customElements.define(name, name === 'fastsam-image' ? FastSAMImage : class extends FastSAMImage {});
}
