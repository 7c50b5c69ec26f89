// What the site can do beyond plain pages: a search box, a button to copy code, contents that are folded on a phone. Everything else works without.
const { lang, dataset } = document.documentElement;
const words = lang === 'en' ? { search: 'Search', copy: 'Copy', copied: 'Copied' } : { search: '搜索', copy: '复制', copied: '已复制' };

if (matchMedia('(max-width: 54rem)').matches) {
  document.querySelector('.contents details').open = false;
}

for (const block of document.querySelectorAll('pre > code')) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words.copy });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = words.copied;
  });
  block.parentElement.append(button);
}

const input = Object.assign(document.createElement('input'), { type: 'search', placeholder: words.search, autocomplete: 'off' });
input.setAttribute('aria-label', words.search);
const results = document.createElement('ul');
document.getElementById('search').append(input, results);
input.addEventListener('focus', () => {
  const script = Object.assign(document.createElement('script'), { src: `${dataset.root}search-index.js` });
  script.addEventListener('load', show);
  document.head.append(script);
}, { once: true });
input.addEventListener('input', show);
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    input.value = '';
    show();
  }
});

function show() {
  results.replaceChildren(...find(input.value).map(({ title, heading, path }) => {
    const link = Object.assign(document.createElement('a'), { href: dataset.root + path, textContent: heading ?? title });
    if (heading) {
      link.append(Object.assign(document.createElement('span'), { textContent: ` · ${title}` }));
    }
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
}

// Titles first, then headings, then pages that name it in code; pages of this language before others.
function find(text) {
  const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0 || !globalThis.searchIndex) {
    return [];
  }

  const has = (words) => wanted.every((word) => words.toLowerCase().includes(word));
  const pages = searchIndex.toSorted((one, other) => (other.language === lang) - (one.language === lang));
  return [
    ...pages.filter((page) => has(page.title)),
    ...pages.flatMap(({ title, path, headings }) =>
      headings.filter(([heading]) => has(heading)).map(([heading, anchor]) => ({ title, heading, path: `${path}#${anchor}` }))),
    ...pages.filter((page) => !has(page.title) && has(page.names)),
  ].slice(0, 20);
}
