/** What a page keeps of its downloads: in the Cache API, under made-up addresses. */
import type { KeptFile } from './platform.js';

const CACHE = 'fastsam-tfjs';
/** Never requested: `.invalid` belongs to nobody. */
const FOLDER = 'https://fastsam-tfjs.invalid/cache';

/** See `Platform.cacheFolder`. */
export function cacheFolder(): string {
  return FOLDER;
}

/** Whether a path is one of what is kept. */
export function isKept(path: string): boolean {
  return path.startsWith(`${FOLDER}/`);
}

/** The page's cache; undefined where it may not have one: plain http, storage that is closed to it. */
async function open(): Promise<Cache | undefined> {
  if (typeof caches === 'undefined') return undefined;
  return caches.open(CACHE).catch(() => undefined);
}

/** The kept response, if there is one. */
export async function kept(path: string): Promise<Response | undefined> {
  return (await open())?.match(path);
}

/**
 * Keeps bytes if the browser allows it. Without room, the next visit downloads again, which is no error: the bytes are
 * there.
 */
export async function keep(path: string, bytes: Uint8Array): Promise<void> {
  const headers = { 'content-length': String(bytes.length) };
  const response = new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
  await (await open())?.put(path, response).catch(() => undefined);
}

/** See `Platform.listKept`. */
export async function listKept(): Promise<KeptFile[]> {
  const cache = await open();
  const found: KeptFile[] = [];
  for (const { url } of (await cache?.keys()) ?? []) {
    if (!isKept(url)) continue;
    const bytes = Number((await cache?.match(url))?.headers.get('content-length') ?? 0);
    found.push({ path: url, bytes, isUnfinished: false });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** See `Platform.removeKept`. */
export async function removeKept({ path }: KeptFile): Promise<boolean> {
  await (await open())?.delete(path);
  return true;
}

/** See `Platform.storageLimit`. */
export async function storageLimit(): Promise<number | undefined> {
  // Absent on plain http.
  const { navigator: browser } = globalThis as { readonly navigator?: Partial<Navigator> };
  return browser?.storage?.estimate().then(
    ({ quota }) => quota,
    () => undefined,
  );
}

/** See `Platform.addressOf`: nothing can be kept, nor a checksum be made, where there is no `caches`. */
export function addressOf(text: string): string | undefined {
  if (typeof caches === 'undefined' || !globalThis.isSecureContext) return undefined;
  // A blob's address is the base of a worker that was made from a text.
  const base = globalThis.location as Location | undefined;
  if (!URL.canParse(text, base?.href)) return undefined;
  const { protocol, href } = new URL(text, base?.href);
  return /^https?:$/.test(protocol) ? href : undefined;
}
