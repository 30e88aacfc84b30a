// Runs before the first paint, so that a light page never flashes dark. A file of its own: the page's policy has no inline script.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('comfystudio.theme');
  } catch (refused) {
    chosen = null;
  }
  var light = chosen === 'light' || (chosen !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
