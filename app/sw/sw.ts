/**
 * The service worker: keeps every file of the app, so that it opens without a network, and gives pages and workers the
 * headers that static servers often cannot: they reach no other host, and WebAssembly may use several threads.
 */
declare const self: ServiceWorkerGlobalScope;
type Files = readonly (readonly [name: string, hash: string])[];

/** `now` is kept at once, `later` when it is first used. */
declare const __FILES__: { readonly now: Files; readonly later: Files };
declare const __POLICY__: string;

const CACHE = 'fastsam-app';
const files = __FILES__;

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': __POLICY__,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Address of a file, and the key under which its content is kept: another content has another key. */
const addressOf = (name: string): string => new URL(name, self.location.href).href;
const keyOf = (name: string, hash: string): string => `${addressOf(name)}?${hash}`;

const keys = new Map([...files.now, ...files.later].map(([name, hash]) => [addressOf(name), keyOf(name, hash)]));
const page = addressOf('index.html');

self.addEventListener('install', (event) => {
  // A new version is whole before it takes over. The first one begins at once: what the page fetches comes through it and
  // is kept, so that nothing is fetched twice.
  event.waitUntil(self.registration.active ? keep() : self.skipWaiting());
});

/** Everything that is not there yet; files that an earlier version has kept are not fetched again. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const [name, hash] of files.now) {
    const key = keyOf(name, hash);
    if (await cache.match(key)) continue;
    const response = await fetch(addressOf(name));
    if (!response.ok) throw new Error(`${name}: got HTTP ${response.status}`);
    await cache.put(key, response);
  }
}

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

async function takeOver(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(keys.values());
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await self.clients.claim();
}

/** The page says when: a new version never takes over in the middle of somebody's work. */
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
  if (event.data === 'keep') event.waitUntil(keep());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  const address = request.mode === 'navigate' ? page : request.url.replace(/[?#].*$/, '');
  const key = keys.get(address);
  if (key === undefined) return;
  event.respondWith(answer(key, request));
});

async function answer(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  let response = await cache.match(key);
  if (!response) {
    response = await fetch(request);
    if (response.ok) await cache.put(key, response.clone());
  }
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

export {};
