// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Maven coordinates; the group is missing where nothing in the archive states it. */
export interface Coordinates {
  readonly group?: string;
  readonly artifact: string;
  readonly version: string;
}

const PART = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/;
/** Builds are told behind a `+`, and some distributions' behind a `~`. */
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_.+~-]{0,200}$/;

/** Reads `key=value` and `Key: value` files (java.util.Properties, JAR manifests), main section only. */
export const readPairs = (content: string): Map<string, string> => {
  const pairs = new Map<string, string>();
  let last: string | undefined;
  for (const raw of content.split('\n', 5_000)) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '' && pairs.size > 0 && last !== undefined && content.includes('Manifest-Version')) break;
    // A manifest breaks its lines at 72 bytes; the rest follows after one space.
    if (line.startsWith(' ') && last !== undefined) {
      pairs.set(last, `${pairs.get(last) ?? ''}${line.slice(1)}`.slice(0, 1_000));
      continue;
    }
    const found = /^([A-Za-z0-9_.-]+)\s*[:=]\s*(.*)$/.exec(line);
    if (found?.[1] === undefined) continue;
    last = found[1].toLowerCase();
    if (!pairs.has(last)) pairs.set(last, (found[2] ?? '').slice(0, 1_000).trim());
  }
  return pairs;
};

/** Coordinates of a pom.properties file. */
export const fromPomProperties = (content: string): Coordinates | undefined => {
  const pairs = readPairs(content);
  const group = pairs.get('groupid') ?? '';
  const artifact = pairs.get('artifactid') ?? '';
  const version = pairs.get('version') ?? '';
  return PART.test(group) && PART.test(artifact) && VERSION.test(version)
    ? { group, artifact, version }
    : undefined;
};

/** `name-1.2.3.jar`: the version starts at the first hyphen before a digit. */
export const fromFileName = (fileName: string): { artifact: string; version?: string } => {
  const stem = fileName.replace(/\.[a-z]+$/i, '');
  const found = /^(.+?)-(\d[\w.+~-]*)$/.exec(stem);
  return found?.[1] === undefined || found[2] === undefined
    ? { artifact: stem }
    : { artifact: found[1], version: found[2] };
};

/** What manifest and file name say where there is no Maven metadata. The group is never guessed. */
export const fromManifest = (content: string, fileName: string): Coordinates | undefined => {
  const pairs = readPairs(content);
  const named = fromFileName(fileName);
  const version =
    named.version ??
    pairs.get('implementation-version') ??
    pairs.get('bundle-version') ??
    pairs.get('specification-version') ??
    '';
  return PART.test(named.artifact) && VERSION.test(version)
    ? { artifact: named.artifact, version }
    : undefined;
};
