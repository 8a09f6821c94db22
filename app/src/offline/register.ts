/** Keeps the app on the device, once the page has what it needs. */
import { notify } from '../state/app.js';

/** Only in a build; a dev server's files change all the time. */
export async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const first = serviceWorker.controller === null;
  try {
    const registration = await serviceWorker.register(new URL('sw.js', document.baseURI));
    if (!first) {
      offer(registration.waiting);
      registration.addEventListener('updatefound', () => {
        const { installing } = registration;
        installing?.addEventListener('statechange', () => {
          if (installing.state === 'installed') offer(installing);
        });
      });
    }
    await navigator.storage.persist();
  } catch {
    // Without it the page works, but not offline.
  }
}

/** A new version is there; the user says when. */
function offer(waiting: ServiceWorker | null): void {
  if (!waiting) return;
  const run = (): void => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    waiting.postMessage('take over');
  };
  notify('A new version of this app is ready.', { action: { label: 'Use it', run } });
}
