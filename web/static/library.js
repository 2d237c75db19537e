// On a wide page the table of contents stands beside the text and is open; without this script it opens at a click.
const details = document.querySelector('.contents details');
const wide = window.matchMedia('(min-width: 64rem)');

function follow() {
  details.open = wide.matches;
}

if (details) {
  follow();
  wide.addEventListener('change', follow);
}
