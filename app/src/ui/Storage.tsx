/** What this page keeps on the device, and the button that forgets it. */
import { useEffect, useState } from 'preact/hooks';
import * as app from '../state/app.js';
import { bytes } from '../engine/words.js';
import { Button } from './Button.js';

export function Storage() {
  const [used, setUsed] = useState<number | undefined>(undefined);
  const read = async (): Promise<void> => {
    // Pages that are not served securely have no storage.
    if (isSecureContext) setUsed((await navigator.storage.estimate()).usage);
  };
  useEffect(() => void read(), []);
  const forget = async (): Promise<void> => {
    if (isSecureContext) {
      for (const name of await caches.keys()) await caches.delete(name);
      for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
    }
    localStorage.clear();
    app.notify('Everything that was kept on this device is gone.');
    await read();
  };
  return (
    <section>
      <h2>Kept on this device</h2>
      <p class="help">
        The app and its model, for offline use: {used === undefined ? 'size not known' : bytes(used)}. Your pictures are
        not kept.
      </p>
      <div class="buttons">
        <Button kind="plain" icon="trash" label="Forget everything" onClick={() => void forget()}>
          <span>Forget everything</span>
        </Button>
      </div>
    </section>
  );
}
