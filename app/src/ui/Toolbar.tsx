/** The tools, undo and redo. */
import { CLICK_MODES, TOOLS, type ClickMode, type Tool } from 'fastsam-tfjs/interact';
import * as app from '../state/app.js';
import { lookCloser } from '../engine/closer.js';
import { Button } from './Button.js';
import type { IconName } from './Icon.js';

const NAMES: Readonly<Record<Tool, { readonly label: string; readonly keys: string; readonly icon: IconName }>> = {
  select: { label: 'Select', keys: 'V', icon: 'select' },
  box: { label: 'Box', keys: 'R', icon: 'box' },
  lasso: { label: 'Lasso', keys: 'L', icon: 'lasso' },
  brush: { label: 'Brush', keys: 'B', icon: 'brush' },
  eraser: { label: 'Eraser', keys: 'E', icon: 'eraser' },
};

const MODES: Readonly<Record<ClickMode, { readonly label: string; readonly icon: IconName }>> = {
  plus: { label: 'Add to the object', icon: 'plus' },
  minus: { label: 'Take away', icon: 'minus' },
  new: { label: 'Another object', icon: 'all' },
  replace: { label: 'Only this', icon: 'select' },
};

export function Toolbar() {
  const interaction = app.interaction.value;
  const none = interaction === undefined;
  return (
    <nav class="toolbar" aria-label="Tools">
      <div class="group" role="group" aria-label="Tool">
        {TOOLS.map((tool) => (
          <Button
            key={tool}
            {...NAMES[tool]}
            tip="right"
            pressed={app.tool.value === tool}
            disabled={none}
            onClick={() => interaction && (interaction.tool = tool)}
          />
        ))}
      </div>
      <div class="group touch-only" role="group" aria-label="What a tap does">
        {CLICK_MODES.map((mode) => (
          <Button
            key={mode}
            {...MODES[mode]}
            tip="right"
            pressed={app.mode.value === mode}
            disabled={none}
            onClick={() => interaction && (interaction.mode = mode)}
          />
        ))}
      </div>
      <div class="group" role="group" aria-label="Steps">
        <Button
          icon="undo"
          label="Undo"
          keys="Ctrl+Z"
          tip="right"
          disabled={!app.canUndo.value}
          onClick={() => interaction?.undo()}
        />
        <Button
          icon="redo"
          label="Redo"
          keys="Ctrl+Shift+Z"
          tip="right"
          disabled={!app.canRedo.value}
          onClick={() => interaction?.redo()}
        />
      </div>
      <div class="group closer">
        <Button
          icon="closer"
          label="Look closer at what is in view"
          tip="right"
          disabled={none}
          onClick={() => void lookCloser()}
        />
      </div>
      <BrushSize />
    </nav>
  );
}

function BrushSize() {
  const interaction = app.interaction.value;
  const state = app.snapshot.value;
  if (!interaction || (state?.tool !== 'brush' && state?.tool !== 'eraser')) return null;
  return (
    <label class="brush-size">
      <span class="visually-hidden">Size of the brush</span>
      <input
        type="range"
        min="1"
        max={Math.max(40, Math.round(Math.max(interaction.scene.image.width, interaction.scene.image.height) / 8))}
        value={state.brushRadius}
        onInput={({ currentTarget }) => (interaction.brushRadius = Number(currentTarget.value))}
      />
    </label>
  );
}
