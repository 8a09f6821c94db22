/** The dialog that asks for an address, in builds that may read from other hosts. */
import { useRef } from 'preact/hooks';
import { openAddress, openWeightsAt } from '../open/elsewhere.js';
import * as app from '../state/app.js';
import { Button } from './Button.js';
import { Dialog } from './Dialog.js';

export function Address() {
  const field = useRef<HTMLInputElement>(null);
  const what = app.addressOf.value;
  if (what === undefined) return null;
  const label = what === 'picture' ? 'Address of a picture or a clip' : 'Address of weights';
  const close = (): void => {
    app.addressOf.value = undefined;
  };
  const open = (): void => {
    const text = field.current?.value ?? '';
    close();
    void (what === 'picture' ? openAddress(text) : openWeightsAt(text));
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    open();
  };
  return (
    <Dialog title={label} onClose={close}>
      <form class="text-prompt" onSubmit={onSubmit}>
        <input ref={field} type="text" inputMode="url" placeholder="https://" aria-label={label} />
        <Button icon="open" label="Open it" onClick={open} />
      </form>
      <p class="explain">It is fetched by this page; the host must allow that. Nothing of yours is sent.</p>
    </Dialog>
  );
}
