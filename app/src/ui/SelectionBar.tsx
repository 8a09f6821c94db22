/** What can be done with the selection, at the foot of the stage. */
import * as app from '../state/app.js';
import { plural } from '../engine/words.js';
import { copyCutout } from '../export/clipboard.js';
import { saveLast } from '../export/save.js';
import { Button } from './Button.js';

export function SelectionBar() {
  const interaction = app.interaction.value;
  const items = app.items.value;
  if (!interaction || items.length === 0) return null;
  const several = items.length > 1;
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selection">
      <span class="count">{plural(items.length, 'selected', 'selected')}</span>
      <Button icon="smaller" label="Smaller object here" keys="[" tip="above" onClick={() => interaction.cycle(-1)} />
      <Button icon="larger" label="Larger object here" keys="]" tip="above" onClick={() => interaction.cycle(1)} />
      <span class="rule" />
      {several && <Button icon="merge" label="Merge" keys="M" tip="above" onClick={() => interaction.merge()} />}
      {several && (
        <Button
          icon="subtract"
          label="Subtract the others from the first"
          keys="X"
          tip="above"
          onClick={() => interaction.subtract()}
        />
      )}
      <Button icon="split" label="Split into parts" keys="J" tip="above" onClick={() => interaction.split()} />
      <Button
        icon="wand"
        label="Clean up: fill gaps, drop specks"
        keys="K"
        tip="above"
        onClick={() => interaction.refine()}
      />
      <Button icon="plus" label="Grow by a pixel" keys="." tip="above" onClick={() => interaction.dilate(1)} />
      <Button icon="minus" label="Shrink by a pixel" keys="," tip="above" onClick={() => interaction.erode(1)} />
      <Button
        icon="trash"
        label="Remove from the selection"
        keys="Del"
        tip="above"
        onClick={() => interaction.remove()}
      />
      <span class="rule" />
      <Button icon="copy" label="Copy the cut-out" kind="plain" onClick={() => void copyCutout()}>
        <span>Copy</span>
      </Button>
      <Button icon="save" label="Save" kind="primary" onClick={() => void saveLast()}>
        <span>Save</span>
      </Button>
    </div>
  );
}
