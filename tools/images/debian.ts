// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerEntry } from './layer.ts';

/** A Debian package of which an image holds the named files, and what they are for. */
export interface DebianPart {
  readonly name: string;
  readonly files: RegExp;
}

const INFO = '/var/lib/dpkg/info';
const STATUS = '/var/lib/dpkg/status';
const LIBRARY = /^\/(usr\/)?lib(64)?\/([^/]+\/)?[^/]+\.so(\.[0-9.]+)?$/;

/** What Node.js needs. */
export const NODE_PARTS: readonly DebianPart[] = [
  { name: 'base-files', files: /^\/usr\/lib\/os-release$/ },
  { name: 'libc6', files: LIBRARY },
  { name: 'libgcc-s1', files: LIBRARY },
  { name: 'libstdc++6', files: LIBRARY },
];

/** What the sensor needs, and the one program with which the agent enters the node's control group namespace. */
export const AGENT_PARTS: readonly DebianPart[] = [
  { name: 'libelf1', files: LIBRARY },
  { name: 'zlib1g', files: LIBRARY },
  { name: 'util-linux', files: /^\/usr\/bin\/nsenter$/ },
  { name: 'libselinux1', files: LIBRARY },
  { name: 'libpcre2-8-0', files: LIBRARY },
];

const infoFile = (name: string, kind: string): string => {
  const found = [`${INFO}/${name}:amd64.${kind}`, `${INFO}/${name}.${kind}`].find(existsSync);
  if (found === undefined)
    throw new Error(
      `the Debian package ${name} is not installed: apt-get install --no-install-recommends ${name}`,
    );
  return readFileSync(found, 'utf8');
};

const digestOf = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** The stanza of dpkg's own record. */
function stanzaOf(name: string, status: string): string {
  const stanza = status.split('\n\n').find((one) => one.startsWith(`Package: ${name}\n`));
  if (stanza === undefined) throw new Error(`dpkg has no record of ${name}`);
  // Conffiles name files that the image does not have.
  return `${stanza
    .trim()
    .replace(/\nConffiles:\n( .*\n?)*/, '\n')
    .trim()}\n`;
}

/** Where a path of a package really lies: Debian's /lib and /bin are links into /usr. */
const realPlace = (path: string): string =>
  join(realpathSync(dirname(path)), path.slice(path.lastIndexOf('/') + 1));

/**
 * Files of one package as it is installed here, with the record by which scanners know it. Every file must have the
 * digest that its package states: a changed file never gets into an image.
 */
function entriesOf(part: DebianPart, status: string): LayerEntry[] {
  const sums = new Map(
    infoFile(part.name, 'md5sums')
      .split('\n')
      .map((line): [string, string] => [`/${line.slice(34)}`, line.slice(0, 32)]),
  );
  const paths = infoFile(part.name, 'list').split('\n');
  const wanted = paths.filter(
    (path) => part.files.test(path) || path === `/usr/share/doc/${part.name}/copyright`,
  );
  const seen = new Map<string, LayerEntry>();
  const kept: string[] = [];
  for (const path of wanted) {
    const place = realPlace(path).slice(1);
    if (lstatSync(path).isSymbolicLink()) {
      seen.set(place, { kind: 'link', path: place, target: readlinkSync(path) });
      continue;
    }
    const bytes = readFileSync(path);
    const sum = sums.get(path);
    if (sum !== undefined && sum !== digestOf(bytes))
      throw new Error(`${path} is not as ${part.name} ships it`);
    if (sum !== undefined) kept.push(`${sum}  ${path.slice(1)}`);
    const isProgram = path.includes('/bin/') || /\/ld-linux[^/]*$/.test(path);
    seen.set(place, { kind: 'file', path: place, bytes, mode: isProgram ? 0o755 : 0o644 });
  }
  if (!wanted.some((path) => part.files.test(path)))
    throw new Error(`${part.name} has none of the wanted files`);
  const record = `var/lib/dpkg/status.d/${part.name}`;
  const text = (path: string, content: string): LayerEntry => ({
    kind: 'file',
    path,
    bytes: Buffer.from(content),
    mode: 0o644,
  });
  return [
    ...seen.values(),
    text(record, stanzaOf(part.name, status)),
    text(`${record}.md5sums`, `${kept.join('\n')}\n`),
  ];
}

/** Files and records of Debian packages, as they are installed on this machine. */
export function debianEntries(parts: readonly DebianPart[]): LayerEntry[] {
  const status = readFileSync(STATUS, 'utf8');
  return parts.flatMap((part) => entriesOf(part, status));
}

/** The certificate authorities of Debian's ca-certificates, in one file, with the package's record. */
export function authorityEntries(): LayerEntry[] {
  const status = readFileSync(STATUS, 'utf8');
  const bundle = infoFile('ca-certificates', 'list')
    .split('\n')
    .filter((path) => path.endsWith('.crt'))
    .sort()
    .map((path) => readFileSync(path, 'utf8').trim());
  const text = (path: string, content: string): LayerEntry => ({
    kind: 'file',
    path,
    bytes: Buffer.from(content),
    mode: 0o644,
  });
  return [
    text('etc/ssl/certs/ca-certificates.crt', `${bundle.join('\n')}\n`),
    text('var/lib/dpkg/status.d/ca-certificates', stanzaOf('ca-certificates', status)),
  ];
}
