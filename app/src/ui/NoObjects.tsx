/** The word under a picture in which nothing was found, and the ways out. */
import { lookCloser } from '../engine/closer.js';
import { engine } from '../engine/engine.js';
import * as app from '../state/app.js';
import { settings } from '../state/settings.js';
import { Button } from './Button.js';

export function NoObjects() {
  const interaction = app.interaction.value;
  const none = interaction && app.objectCount.value === 0 && app.items.value.length === 0 && !app.work.value;
  if (!none || app.picture.value?.sample) return null;
  const usual = engine.value.kind === 'ready' ? engine.value.info.defaults.conf : 0.4;
  const conf = settings.value.conf ?? usual;
  const less = (): void => {
    settings.value = { ...settings.value, conf: Math.max(0.01, Math.round(conf * 50) / 100) };
  };
  return (
    <div class="selection-bar no-objects">
      <span class="count">No objects were found.</span>
      <Button kind="plain" icon="closer" label="Look closer" onClick={() => void lookCloser()}>
        <span>Look closer</span>
      </Button>
      {conf > 0.02 && (
        <Button kind="plain" icon="gear" label="Take weaker ones" onClick={less}>
          <span>Take weaker ones</span>
        </Button>
      )}
      <Button kind="plain" icon="brush" label="Draw" onClick={() => (interaction.tool = 'brush')}>
        <span>Draw</span>
      </Button>
    </div>
  );
}
