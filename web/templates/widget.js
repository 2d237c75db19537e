// One line on any website puts the chat there, see docs/embedding.md.
(() => {
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  if (globalThis.cordialWidget || !script) return;
  globalThis.cordialWidget = true;
  const home = new URL('.', script.src);
  const place = (name) => new URL(`static/chat/${name}`, home).href;
  const clinic = {{ details | tojson }};
  // Named beforehand, so that they are fetched at once and not one after the other.
  const hint = (details) => document.head.append(Object.assign(document.createElement('link'), details));
  for (const name of {{ modules | tojson }}) hint({ rel: 'modulepreload', href: place(name) });
  for (const name of ['theme.css', 'launcher.css', 'dark.css']) hint({ rel: 'preload', as: 'style', href: place(name) });
  import(place('launcher.js'))
    .then(({ launch }) => launch({ api: home.href, clinic, options: { ...script.dataset } }))
    .catch((cause) => console.error('Cordial: the chat could not be loaded.', cause));
})();
