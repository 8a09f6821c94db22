/** Pictures and weights by their address, in builds that allow it; the one that ships does not. */
import { load } from '../engine/engine.js';
import { PUBLISHED } from '../engine/nearModels.js';
import { again } from '../engine/open.js';
import * as app from '../state/app.js';
import { device } from '../state/settings.js';
import { openFiles } from './files.js';

declare const __ELSEWHERE__: { readonly pictures: boolean; readonly weights: boolean };

/** What this build may read from other hosts. */
export const elsewhere = __ELSEWHERE__;

/** Fetches a picture or a clip and opens it. */
export async function openAddress(text: string): Promise<void> {
  const address = addressOf(text);
  const file = address && (await fetched(address));
  if (file) await openFiles([file]);
}

/** The file; undefined where the page says why there is none. */
async function fetched(address: URL): Promise<File | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  const work = { text: `Fetching from ${address.host}`, cancel: () => controller.abort() };
  app.work.value = work;
  try {
    const response = await fetch(address, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (response.ok) {
      const blob = await response.blob();
      return new File([blob], nameOf(address), { type: blob.type });
    }
    app.notify(`${address.host} answers HTTP ${response.status}. Check the address.`, { tone: 'bad' });
  } catch {
    const why = `${address.host} cannot be reached, or lets no page read that. Save the file, and drop it here.`;
    if (!signal.aborted) app.notify(why, { tone: 'bad' });
  } finally {
    if (app.work.value === work) app.work.value = undefined;
  }
  return undefined;
}

/** Loads weights by an address, or by a published name. */
export async function openWeightsAt(text: string): Promise<void> {
  const isPublished = PUBLISHED.some((name) => name === text);
  const address = isPublished ? undefined : addressOf(text);
  if (!isPublished && !address) return;
  const source = address ? { name: nameOf(address), weights: address.href } : { name: text, weights: text };
  // The page shows what went wrong with a load.
  await load(source, device.value).then(again, () => undefined);
}

function addressOf(text: string): URL | undefined {
  const address = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (address && /^https?:$/.test(address.protocol)) return address;
  app.notify(`“${text}” is no address. It begins with https://`, { tone: 'bad' });
  return undefined;
}

const nameOf = ({ pathname, host }: URL): string => decodeURIComponent(pathname.split('/').pop() ?? '') || host;
