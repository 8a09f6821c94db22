/** The word at a place where there is no object. */
import * as app from '../state/app.js';
import { lookCloser } from '../engine/closer.js';
import { stage } from './stageHandle.js';

export function Nothing() {
  const place = app.nothingAt.value;
  const view = stage.renderer?.view;
  if (!place || !view) return null;
  const left = place.x * view.scale + view.x;
  const top = place.y * view.scale + view.y;
  const stop = (event: Event): void => event.stopPropagation();
  return (
    <div class="nothing" style={{ left: `${left}px`, top: `${top}px` }} onPointerDown={stop} onPointerUp={stop}>
      <span class="pulse" />
      <p>
        No object here.
        <button type="button" class="link" onClick={() => void lookCloser(place)}>
          Look closer?
        </button>
      </p>
    </div>
  );
}
