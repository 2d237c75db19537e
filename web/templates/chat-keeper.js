// Keeps the page of the chat and its files on the device, so that it opens while the service is away, with what it says by itself:
// whom to call in an emergency, and how to reach the clinic. As long as the service answers, nothing kept is used, and no call of
// the chat comes through here.
const FILES = {{ files | tojson }};
const KEPT = 'cordial-chat';

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method === 'GET' && origin === self.location.origin && FILES.includes(pathname)) event.respondWith(newest(event.request, pathname));
});

async function newest(request, pathname) {
  const kept = await caches.open(KEPT);
  const response = await fetch(request).catch(() => null);
  if (response?.ok) await kept.put(pathname, response.clone());
  if (response && response.status < 500) return response;
  return (await kept.match(pathname)) ?? response ?? Response.error();
}
