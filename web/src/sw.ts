//! Keeps a whole release on the device, so that the app opens in a cellar; and lets a newer one wait until it is wanted.
//!
//! Everything of a release lies in a cache of its own name, and a page is only ever served from one: no page of one release
//! meets code of another. Our own, since what a library would add is more than what is here.

const worker = self as unknown as ServiceWorkerGlobalScope;

// Put in by build/service-worker.ts: the release's name and its files.
declare const RELEASE: string;
declare const FILES: string[];

const CATALOGUE = 'catalogue';
/** Public and rarely changing: what a workout without a network needs to know of exercises. */
const CATALOGUE_PATHS = ['/api/v1/exercises', '/api/v1/site'];

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(RELEASE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })))),
  );
});

worker.addEventListener('activate', (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name !== RELEASE && name !== CATALOGUE).map((name) => caches.delete(name)),
    );
    await worker.clients.claim();
  };
  event.waitUntil(old());
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (CATALOGUE_PATHS.includes(url.pathname)) event.respondWith(fresh(event.request));
  else if (/^\/(api|static|health|version|\.well-known)(\/|$)/.test(url.pathname)) return;
  else if (event.request.mode === 'navigate') event.respondWith(kept('/index.html', event.request));
  else event.respondWith(kept(url.pathname, event.request));
});

async function kept(path: string, request: Request): Promise<Response> {
  const found = await (await caches.open(RELEASE)).match(path);
  return found ?? fetch(request);
}

/** From the network; without one, what it gave last. */
async function fresh(request: Request): Promise<Response> {
  const cache = await caches.open(CATALOGUE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const found = await cache.match(request.url);
    if (found) return found;
    throw error;
  }
}

// A rest is over: the notification leads back to the workout.
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const focus = async () => {
    const open = await worker.clients.matchAll({ type: 'window' });
    if (open[0]) await open[0].focus();
    else await worker.clients.openWindow('/train/workout');
  };
  event.waitUntil(focus());
});
