/** Zoom and view, at the corner of the stage. */
import * as app from '../state/app.js';
import { viewScale } from './brush.js';
import { Button } from './Button.js';
import { stage } from './stageHandle.js';

const LOOKS: Readonly<Record<app.Look, string>> = { overlay: 'Colours', outline: 'Outlines', cutout: 'Cut-out' };

export function ZoomBar() {
  const percent = `${Math.round(100 * viewScale.value * devicePixelRatio)} %`;
  const next = app.LOOKS[(app.LOOKS.indexOf(app.look.value) + 1) % app.LOOKS.length];
  return (
    <div class="zoom-bar" role="toolbar" aria-label="View">
      <Button
        icon="look"
        label={`View: ${LOOKS[app.look.value]}. Next: ${LOOKS[next]}`}
        keys="O"
        tip="above"
        onClick={() => (app.look.value = next)}
      />
      <span class="rule" />
      <Button class="wheel" icon="minus" label="Zoom out" keys="−" tip="above" onClick={() => stage.zoom(0.8)} />
      <button
        type="button"
        class="percent"
        onClick={() => stage.actualSize()}
        aria-label={`${percent}, show the actual size`}
        data-tip="Actual size  1"
        data-tip-side="above"
      >
        {percent}
      </button>
      <Button class="wheel" icon="plus" label="Zoom in" keys="+" tip="above" onClick={() => stage.zoom(1.25)} />
      <Button icon="fit" label="Show the whole picture" keys="0" tip="above" onClick={() => stage.renderer?.fit()} />
    </div>
  );
}
