// As much of a browser as pages without scripts need: cookies, redirects on the same site, and forms.
import { Agent, fetch } from 'undici';

export class Browser {
  #cookies = new Map();
  #dispatcher;

  constructor(ca) {
    this.#dispatcher = new Agent({ connect: { ca } });
  }

  open(address) {
    return this.#follow(new URL(address), { method: 'GET' });
  }

  // Sends the page's form with this action, with the values that it has and these.
  submit(page, action, fields) {
    const form = page.html.match(/<form[^>]*>[\s\S]*?<\/form>/g)?.find((text) => attribute(text, 'action') === action);
    if (!form) {
      throw new Error(`no form to ${action} at ${page.url}:\n${page.html}`);
    }

    const inputs = (form.match(/<input[^>]*>/g) ?? []).map((input) => [attribute(input, 'name'), attribute(input, 'value') ?? '']);
    const body = new URLSearchParams({ ...Object.fromEntries(inputs.filter(([name]) => name)), ...fields });
    return this.#follow(new URL(action, page.url), { method: 'POST', body });
  }

  close() {
    return this.#dispatcher.close();
  }

  // A redirect to another site is not followed: it is what the partner's own server would get.
  async #follow(url, request) {
    const site = url.origin;
    for (let next = request; ; next = { method: 'GET' }) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...next, redirect: 'manual', headers: { cookie, 'accept-language': 'en' }, dispatcher: this.#dispatcher });
      response.headers.getSetCookie().forEach((text) => this.#keep(text));
      const html = await response.text();
      const location = response.headers.get('location');
      const target = location && new URL(location, url);
      if (!target || target.origin !== site) {
        return { url, status: response.status, html, redirect: target?.href };
      }

      url = target;
    }
  }

  #keep(text) {
    const [pair, ...attributes] = text.split(';');
    const at = pair.indexOf('=');
    const ends = attributes.some((attribute) => /^\s*expires=Thu, 01 Jan 1970/i.test(attribute));
    if (ends) {
      this.#cookies.delete(pair.slice(0, at));
    } else {
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

function attribute(element, name) {
  const found = element.match(new RegExp(`\\s${name}="([^"]*)"`));
  return found?.[1].replace(/&#x([0-9A-Fa-f]+);/g, (_, digits) => String.fromCodePoint(Number.parseInt(digits, 16))).replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
