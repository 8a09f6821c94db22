/** Keeps the app on the device, for visits without a network. */
import { notify } from '../state/app.js';

/** Longest wait for the service worker on a first visit, in milliseconds; without it the page goes on. */
const PATIENCE = 2000;

/** Only in a build; a dev server's files change all the time. */
const offered = (): boolean => import.meta.env.PROD && 'serviceWorker' in navigator;

/** Starts the service worker. From then on what is fetched comes through it, and stays. */
export async function startOffline(): Promise<void> {
  if (!offered()) return;
  const { serviceWorker } = navigator;
  const controlled = serviceWorker.controller !== null;
  try {
    const registration = await serviceWorker.register(new URL('sw.js', document.baseURI));
    if (controlled) watch(registration);
    else await Promise.race([control(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  } catch {
    // Without it the page works, but not offline.
  }
}

const control = (): Promise<unknown> =>
  new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });

/** Has the rest kept, when the page has what it needs first. */
export async function keepEverything(): Promise<void> {
  if (!offered()) return;
  navigator.serviceWorker.controller?.postMessage('keep');
  await navigator.storage.persist();
}

/** Offers a new version when it is there; the user says when. */
function watch(registration: ServiceWorkerRegistration): void {
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') offer(installing);
    });
  });
}

function offer(waiting: ServiceWorker | null): void {
  if (!waiting) return;
  const run = (): void => {
    void control().then(() => location.reload());
    waiting.postMessage('take over');
  };
  notify('A new version of this app is ready.', { action: { label: 'Use it', run } });
}
