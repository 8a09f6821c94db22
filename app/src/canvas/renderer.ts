/**
 * Draws the picture in three layers: photograph, all objects, and what is hovered, selected and drawn. A hover draws the
 * last layer alone; while the picture is zoomed or moved the upper layers are moved along and drawn again when it rests.
 */
import type { Interaction } from 'fastsam-tfjs/interact';
import type { Look } from '../state/app.js';
import type { Picture } from '../state/picture.js';
import { paletteOf } from './colours.js';
import { gridOf, type Grid } from './grid.js';
import { paintLabels, sampleLabels } from './indexImage.js';
import { drawMarks } from './marks.js';
import { Paths } from './paths.js';
import { drawPhoto } from './photo.js';
import { fitted, type Margins, type Size, type View } from './view.js';

/** Milliseconds without a change of the view after which the upper layers are drawn anew. */
const REST = 80;
/** Room around a picture that fits. */
const WIDE: Margins = { side: 24, top: 24, foot: 84 };
const NARROW: Margins = { side: 8, top: 8, foot: 72 };
/** CSS pixels of a stage below which room is short. */
const SHORT = 600;

/** What of a frame is out of date. */
type Layer = 'photo' | 'objects' | 'marks';

export interface Canvases {
  readonly photo: HTMLCanvasElement;
  readonly objects: HTMLCanvasElement;
  readonly marks: HTMLCanvasElement;
}

export class Renderer {
  readonly #canvases: Canvases;
  readonly #stale = new Set<Layer>();
  readonly #paths = new Paths();
  readonly #onView: (view: View) => void;
  #viewport: Size = { width: 1, height: 1 };
  #picture: Picture | undefined;
  #interaction: Interaction | undefined;
  #view: View = { scale: 1, x: 0, y: 0 };
  #grid: Grid | undefined;
  #labels = new Uint16Array(0);
  #look: Look = 'overlay';
  #hidden = false;
  #fits = true;
  #waiting = false;
  #rest = 0;

  constructor(canvases: Canvases, onView: (view: View) => void) {
    this.#canvases = canvases;
    this.#onView = onView;
  }

  get view(): View {
    return this.#view;
  }

  set view(view: View) {
    this.#setView(view, false);
  }

  get viewport(): Size {
    return this.#viewport;
  }

  /** The size of the stage in CSS pixels. */
  resize(viewport: Size): void {
    if (viewport.width < 1 || viewport.height < 1) return;
    this.#viewport = viewport;
    for (const canvas of Object.values(this.#canvases) as HTMLCanvasElement[]) {
      canvas.style.width = `${viewport.width}px`;
      canvas.style.height = `${viewport.height}px`;
    }
    if (this.#fits) this.fit();
    else this.#changed('photo', 'objects', 'marks');
    this.#grid = undefined;
  }

  show(picture: Picture | undefined): void {
    this.#picture = picture;
    this.fit();
  }

  /** The controller of the picture's objects; undefined while there are none. */
  follow(interaction: Interaction | undefined): void {
    this.#interaction = interaction;
    this.#grid = undefined;
    this.#changed('objects', 'marks');
  }

  set look(look: Look) {
    this.#look = look;
    this.#changed('photo', 'objects', 'marks');
  }

  set hidden(hidden: boolean) {
    this.#hidden = hidden;
    this.#changed('objects', 'marks');
  }

  /** Something that the controller holds has changed. */
  touch(objects: boolean): void {
    if (objects) this.#changed('photo', 'objects', 'marks');
    else this.#changed('marks');
  }

  /** The whole picture. */
  fit(): void {
    const margins = Math.min(this.#viewport.width, this.#viewport.height) < SHORT ? NARROW : WIDE;
    if (this.#picture) this.#setView(fitted(this.#viewport, this.#picture, margins), true);
  }

  /** Resolves when what is out of date has been drawn: for tests and figures. */
  drawn(): Promise<number> {
    return new Promise((resolve) => {
      const look = (time: number): void => {
        if (this.#stale.size === 0 && this.#rest === 0) resolve(time);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  }

  #setView(view: View, fits: boolean): void {
    this.#view = view;
    this.#fits = fits;
    this.#onView(view);
    this.#changed('photo');
    const { objects, marks } = this.#canvases;
    if (this.#grid) {
      const from = this.#grid.view;
      const gain = view.scale / from.scale;
      const transform = `translate(${view.x - from.x * gain}px, ${view.y - from.y * gain}px) scale(${gain})`;
      objects.style.transform = marks.style.transform = transform;
    }
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(
      () => {
        this.#rest = 0;
        this.#grid = undefined;
        this.#changed('objects', 'marks');
      },
      this.#grid ? REST : 0,
    );
  }

  #changed(...layers: readonly Layer[]): void {
    for (const layer of layers) this.#stale.add(layer);
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const picture = this.#picture;
    const stale = new Set(this.#stale);
    this.#stale.clear();
    if (!picture) return;
    if (stale.has('photo')) drawPhoto(this.#canvases.photo, picture, this.#view, this.#viewport);
    if (this.#rest !== 0 && this.#grid) {
      // Moved along meanwhile.
      for (const layer of stale) if (layer !== 'photo') this.#stale.add(layer);
      if (!stale.has('marks')) return;
    }
    const fresh = this.#grid === undefined;
    const grid = (this.#grid ??= gridOf(this.#view, this.#viewport, picture, devicePixelRatio));
    if (fresh) this.#place(grid);
    if (stale.has('objects') || fresh) this.#drawObjects(grid, picture);
    if (stale.has('marks') || fresh) this.#drawMarks(grid);
    this.#stale.delete('marks');
  }

  /** The canvases take the grid's size and lie where it is. */
  #place({ width, height }: Grid): void {
    for (const canvas of [this.#canvases.objects, this.#canvases.marks]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      canvas.style.transform = '';
    }
    if (this.#labels.length !== width * height) this.#labels = new Uint16Array(width * height);
  }

  #drawObjects(grid: Grid, picture: Picture): void {
    const { objects } = this.#canvases;
    const context = objects.getContext('2d');
    const interaction = this.#interaction;
    if (!context) return;
    if (!interaction || this.#hidden || this.#look === 'cutout' || interaction.scene.length === 0) {
      context.clearRect(0, 0, grid.width, grid.height);
      return;
    }
    const image = context.createImageData(grid.width, grid.height);
    sampleLabels(interaction.labels, picture.width, grid, this.#labels);
    const strength = this.#look === 'outline' ? 'outline' : interaction.state.items.length > 0 ? 'faint' : 'full';
    const palette = paletteOf(interaction.scene.ids, strength);
    paintLabels(this.#labels, grid.width, palette, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }

  #drawMarks(grid: Grid): void {
    const context = this.#canvases.marks.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, grid.width, grid.height);
    if (!this.#interaction || this.#hidden) return;
    drawMarks(context, this.#interaction, { grid, paths: this.#paths, look: this.#look });
  }
}
