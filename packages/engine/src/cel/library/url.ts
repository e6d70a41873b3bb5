// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import { spend } from '../effort.ts';
import { define, type Library, traversal } from '../function.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import { CelError, CelMap, noOverload, Opaque, type Value } from '../value.ts';

const URL_MAX = 65_536;

/** An absolute URL or path, in its parts. */
export class Url extends Opaque {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  constructor(parts: { text: string; scheme: string; host: string; path: string; query: string }) {
    super();
    this.text = parts.text;
    this.scheme = parts.scheme;
    this.host = parts.host;
    this.path = parts.path;
    this.query = parts.query;
  }
  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

/** Signs that stand for themselves. */
const PLAIN = /^[\w.~!$&'()*,;=:@/?-]*$/;
const HEX = /^[0-9a-fA-F]{2}$/;

/** Text with its %XX put back; undefined when one of them is wrong. */
function decoded(text: string, plusIsSpace: boolean): string | undefined {
  if (PLAIN.test(text)) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '%') {
      const digits = text.slice(at + 1, at + 3);
      if (!HEX.test(digits)) return undefined;
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    } else if (char === '+' && plusIsSpace) bytes.push(32);
    else {
      const code = text.codePointAt(at) ?? 0;
      bytes.push(...toUtf8(String.fromCodePoint(code)));
      if (code > 0xffff) at += 1;
    }
  }
  return fromUtf8(Uint8Array.from(bytes));
}

/** The host with its port behind `//`; undefined when it can be none. */
function readHost(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[')) return /^\[[0-9a-fA-F:.%A-Za-z]+\](?::\d*)?$/.test(host) ? host : undefined;
  if (!/^[^\s<>"`{}|\\^[\]]*$/.test(host) || !/^[^:]*(?::\d*)?$/.test(host)) return undefined;
  return decoded(host, false);
}

/** Signs a path may hold as they are; all others are written as %XX. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~$&+,/:;=@!'()*%]$/;
const escapePath = (path: string): string =>
  Array.from(path, (char) =>
    PLAIN_PATH.test(char)
      ? char
      : Array.from(toUtf8(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  ).join('');

/** Reads an absolute URL or an absolute path, as the API server does. */
export function readUrl(text: string): Url | undefined {
  // Control characters stand in no URL.
  if (text === '' || text.length > URL_MAX || /\p{Cc}/u.test(text)) return undefined;
  const whole = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([\s\S]*)$/.exec(text);
  const scheme = whole?.[1]?.toLowerCase() ?? '';
  const rest = (whole?.[2] ?? '').split('#', 1)[0] ?? '';
  const [before = '', ...queries] = rest.split('?');
  if (scheme === '' && !before.startsWith('/')) return undefined;
  const query = queries.join('?');
  // A scheme without a slash behind it has no parts, and is accepted as it is.
  if (!before.startsWith('/')) return new Url({ text, scheme, host: '', path: '', query });
  const hasHost = before.startsWith('//') && (scheme !== '' || !before.startsWith('///'));
  const end = hasHost ? before.indexOf('/', 2) : 0;
  const authority = hasHost ? before.slice(2, end < 0 ? undefined : end) : '';
  const path = hasHost ? (end < 0 ? '' : before.slice(end)) : before;
  const host = readHost(authority);
  if (host === undefined || decoded(path, false) === undefined) return undefined;
  return new Url({ text, scheme, host, path: escapePath(path), query });
}

function queryOf({ query }: Url): CelMap {
  // Asking costs the same whatever the query is like.
  spend(query.length);
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const at = part.indexOf('=');
    const key = decoded(at < 0 ? part : part.slice(0, at), true);
    const value = at < 0 ? '' : decoded(part.slice(at + 1), true);
    if (key === undefined || value === undefined) continue;
    const before = values.get(key);
    if (before === undefined) values.set(key, [value]);
    else before.push(value);
  }
  const map = new CelMap();
  for (const [key, list] of values) map.put(key, list);
  return map;
}

const port = ({ host }: Url): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? '';
const hostname = ({ host }: Url): string => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');

const of = (name: string, result: string, run: (url: Url) => Value) =>
  define(name, `kubernetes.URL.() ${result}`, (url) =>
    url instanceof Url ? run(url) : noOverload(name, url),
  );
const parseCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));

/** URLs. */
export const URLS: Library = [
  define(
    'url',
    '(string) kubernetes.URL',
    (text) =>
      typeof text === 'string' ? (readUrl(text) ?? new CelError('not a URL')) : noOverload('url', text),
    parseCost,
  ),
  define(
    'isURL',
    '(string) bool',
    (text) => (typeof text === 'string' ? readUrl(text) !== undefined : noOverload('isURL', text)),
    parseCost,
  ),
  of('getScheme', 'string', (url) => url.scheme),
  of('getHost', 'string', (url) => url.host),
  of('getHostname', 'string', hostname),
  of('getPort', 'string', port),
  of('getEscapedPath', 'string', (url) => url.path),
  of('getQuery', 'map<string, list<string>>', queryOf),
];
