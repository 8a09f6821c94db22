/** URLs as they may be shown: without passwords, and without the values of their queries. */

/** A URL in a text, up to the next blank: passwords may hold quotation marks. */
const URLS = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s<>]*/gi;
/** Characters that end a quotation or a sentence rather than a URL. */
const AFTER: ReadonlySet<string> = new Set(`)]'"\`.,:;!?`);
const HIDDEN = '…';
/** A query's value of so many characters is no secret. */
const LONGEST_VALUE = 3;
const LONGEST_NAME = 30;
const MOST_PARTS = 8;

/**
 * A URL for messages, file names and records: without user name, password and fragment, longer values of its query
 * replaced by `…`. The rest tells people which one it is. What is no URL comes back as it is, but for what stands
 * before an `@` or behind a `?` after a scheme.
 */
export function displayUrl(url: string | URL): string {
  const text = String(url);
  if (/^data:/i.test(text)) return 'data: URL';
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return text;
  return URL.canParse(text) ? ofUrl(new URL(text), text) : ofText(scheme, text.slice(scheme.length));
}

/** The same for every URL inside a text. */
export function cleanUrls(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(URLS, (found) => {
    let end = found.length;
    while (end > 0 && AFTER.has(found[end - 1])) end--;
    return `${displayUrl(found.slice(0, end))}${found.slice(end)}`;
  });
}

/** The URL without its user name and password, and the header that says them instead: fetch refuses such URLs. */
export function withoutCredentials(url: string | URL): {
  readonly url: string;
  readonly headers: Record<string, string>;
} {
  const text = String(url);
  if (!URL.canParse(text)) return { url: text, headers: {} };
  const parsed = new URL(text);
  const { username, password } = parsed;
  if (username === '' && password === '') return { url: text, headers: {} };
  parsed.username = '';
  parsed.password = '';
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return { url: parsed.href, headers: { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` } };
}

function ofUrl(parsed: URL, text: string): string {
  const { username, password, search, hash } = parsed;
  if (username === '' && password === '' && search === '' && hash === '') return text;
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  parsed.search = '';
  return `${parsed.href}${shortQuery(search)}`;
}

/** `?token=…&page=2`: names and values of few characters tell which one it is. A query without names is all secret. */
function shortQuery(search: string): string {
  if (search.length < 2) return '';
  const parts = search
    .slice(1)
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals < 0) return HIDDEN;
      const value = part.slice(equals + 1);
      return `${part.slice(0, Math.min(equals, LONGEST_NAME))}=${value.length <= LONGEST_VALUE ? value : HIDDEN}`;
    });
  return `?${[...new Set(parts)].slice(0, MOST_PARTS).join('&')}`;
}

/** A URL that nobody can read, such as one with a port that is none. */
function ofText(scheme: string, rest: string): string {
  const shown = rest.slice(rest.lastIndexOf('@') + 1);
  const query = shown.search(/[?#]/);
  return `${scheme}${query < 0 ? shown : `${shown.slice(0, query)}?${HIDDEN}`}`;
}

/** Percent signs that stand for nothing stay as they are. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
