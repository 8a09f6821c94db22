/** The stage: the picture, its objects, and the pointer. */
import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { listen } from '../canvas/gestures.js';
import { Renderer } from '../canvas/renderer.js';
import * as app from '../state/app.js';
import { brushRing, viewScale } from './brush.js';
import { spaceHeld } from './keys.js';
import { Nothing } from './Nothing.js';
import { stage as handle } from './stageHandle.js';

export function Stage() {
  const stage = useRef<HTMLDivElement>(null);
  const photo = useRef<HTMLCanvasElement>(null);
  const objects = useRef<HTMLCanvasElement>(null);
  const marks = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<Renderer>(undefined);

  useLayoutEffect(() => {
    const [element, ...canvases] = [stage.current, photo.current, objects.current, marks.current] as const;
    if (!element || !canvases[0] || !canvases[1] || !canvases[2]) return;
    const made = new Renderer({ photo: canvases[0], objects: canvases[1], marks: canvases[2] }, ({ scale, x, y }) => {
      viewScale.value = scale;
      element.dataset.view = `${scale} ${x} ${y}`;
      app.nothingAt.value = undefined;
    });
    renderer.current = handle.renderer = made;
    const observer = new ResizeObserver(([{ contentRect }]) => made.resize(contentRect));
    observer.observe(element);
    made.resize(element.getBoundingClientRect());
    made.show(app.picture.peek());
    made.follow(app.interaction.peek());
    const end = listen(element, {
      renderer: made,
      interaction: () => app.interaction.peek(),
      picture: () => app.picture.peek(),
      panning: () => spaceHeld.peek(),
    });
    return () => {
      end();
      observer.disconnect();
    };
  }, []);

  useSignalEffect(() => renderer.current?.show(app.picture.value));
  useSignalEffect(() => renderer.current?.follow(app.interaction.value));
  useSignalEffect(() => {
    const look = app.look.value;
    if (renderer.current) renderer.current.look = look;
  });
  useSignalEffect(() => {
    const hidden = app.hidden.value;
    if (renderer.current) renderer.current.hidden = hidden;
  });
  const drawn = useRef<unknown>(undefined);
  useSignalEffect(() => {
    const some = (app.snapshot.value?.items.length ?? 0) > 0;
    const scene = app.interaction.peek()?.scene;
    const shown = scene && `${scene.length} ${some}`;
    renderer.current?.touch(shown !== drawn.current);
    drawn.current = shown;
  });

  const name = app.picture.value?.name ?? '';
  const count = app.objectCount.value;
  return (
    <div
      ref={stage}
      class={`stage tool-${spaceHeld.value ? 'pan' : app.tool.value}${app.hovered.value === undefined ? '' : ' on-object'}`}
      tabIndex={0}
      role="application"
      aria-label={`Picture ${name}, ${count} objects. Arrow keys walk through the objects, Enter takes one.`}
      style={brushRing.value === undefined ? undefined : { cursor: brushRing.value }}
    >
      <canvas ref={photo} class="layer photo" />
      <canvas ref={objects} class="layer" />
      <canvas ref={marks} class="layer" />
      <Nothing />
    </div>
  );
}
