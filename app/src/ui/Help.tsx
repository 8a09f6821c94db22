/** Help: how it works in four lines, and every key. */
import { SHORTCUTS } from 'fastsam-tfjs/interact';
import * as app from '../state/app.js';
import { Dialog } from './Dialog.js';
import { APP_SHORTCUTS } from './keys.js';

export function Help() {
  if (!app.helpOpen.value) return null;
  return (
    <Dialog title="Help" wide onClose={() => (app.helpOpen.value = false)}>
      <div class="help">
        <section>
          <h3>How it works</h3>
          <ul>
            <li>The network has looked at the whole picture once. Point at anything: its object lights up.</li>
            <li>
              Click takes it, Shift adds another, right click or Alt takes away. Click again: the next larger object.
            </li>
            <li>Drag draws a box around what you mean. Brush and eraser correct by hand.</li>
            <li>On a touch screen: tap, pinch to zoom, two fingers to move, a tap of two fingers undoes.</li>
            <li>Drop your own model (.pt, .safetensors, .onnx) anywhere to use it instead of the demo model.</li>
            <li>Nothing leaves this device. The page works offline.</li>
          </ul>
        </section>
        <section>
          <h3>Objects and selection</h3>
          <Keys rows={SHORTCUTS} />
        </section>
        <section>
          <h3>The page</h3>
          <Keys rows={APP_SHORTCUTS} />
        </section>
      </div>
    </Dialog>
  );
}

function Keys({ rows }: { readonly rows: readonly { readonly keys: string; readonly text: string }[] }) {
  return (
    <dl class="keys">
      {rows.map(({ keys, text }) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
