// One line on any website puts the chat there, see docs/embedding.md.
(() => {
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  if (globalThis.cordialWidget || !script) return;
  globalThis.cordialWidget = true;
  const home = new URL('.', script.src);
  const clinic = {{ details | tojson }};
  import(new URL('static/chat/launcher.js', home).href)
    .then(({ launch }) => launch({ api: home.href, clinic, options: { ...script.dataset } }))
    .catch((cause) => console.error('Cordial: the chat could not be loaded.', cause));
})();
