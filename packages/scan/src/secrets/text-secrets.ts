// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import type { SecretMatch, SecretScan, SecretSource } from './secret-match.ts';
import type { SecretScanner } from './secret-scanner.ts';

/** More than the configuration of an image, or an environment, can hold. */
const MAX_FIELD_BYTES = 16 * 1024 * 1024;
/** A variable name as it may be shown; others are counted by place. */
const SHOWN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** A named text: a key of a ConfigMap, an annotation, a command line. */
export interface NamedText {
  readonly kind: SecretSource['kind'];
  readonly path: string;
  readonly layer?: string;
  readonly text: string;
}

/** What named texts hold. Clean only when both are empty. */
export interface TextSecrets {
  readonly matches: SecretMatch[];
  /** Paths of the texts that hold more than is kept of one: what stands behind that is not known. */
  readonly cut: readonly string[];
}

/** Searches a named text from its start to its end: who brings it bounds its length. */
export const searchText = (
  scanner: SecretScanner,
  { kind, path, layer, text }: NamedText,
): Pick<SecretScan, 'matches' | 'isCut'> =>
  scanner.scan({ kind, path, ...(layer === undefined ? {} : { layer }) }, Buffer.from(text));

/** Searches named texts, all of them: a limit would be filled up first by who has something to hide. */
export const searchTexts = (scanner: SecretScanner, texts: readonly NamedText[]): TextSecrets => {
  const matches: SecretMatch[] = [];
  const cut: string[] = [];
  for (const text of texts) {
    const found = searchText(scanner, text);
    for (const match of found.matches) matches.push(match);
    if (found.isCut) cut.push(text.path);
  }
  return { matches, cut };
};

/** A name as it may be shown: one that is itself a secret, or no name at all, gives way to its number. */
export const shownName = (scanner: SecretScanner, name: string, at: number, shape = SHOWN_NAME): string =>
  shape.test(name) && scanner.scan({ kind: 'text', path: 'name' }, Buffer.from(name)).matches.length === 0
    ? name
    : String(at);

/** `NAME=value` of an environment, placed by the variable's name. */
export const variable = (
  scanner: SecretScanner,
  text: string,
  place: { readonly at: number; readonly prefix: string; readonly kind: SecretSource['kind'] },
): NamedText => {
  const name = text.slice(0, Math.max(text.indexOf('='), 0));
  return { kind: place.kind, path: `${place.prefix}[${shownName(scanner, name, place.at)}]`, text };
};

/** The environment of a process as the kernel shows it (proc(5), /proc/PID/environ: NUL after each variable). */
export const searchEnvironment = (scanner: SecretScanner, environ: Uint8Array): TextSecrets =>
  searchTexts(
    scanner,
    Buffer.from(environ)
      .toString('utf8')
      .split('\0')
      .filter((text) => text !== '')
      .map((text, at) => variable(scanner, text, { at, prefix: 'env', kind: 'environment' })),
  );

/** The texts of a list; what is none, or too long, is left out. */
export const textsOf = (value: unknown): string[] =>
  asList(value).flatMap((item) => asText(item, MAX_FIELD_BYTES) ?? []);

const configTexts = (scanner: SecretScanner, config: JsonObject): NamedText[] => {
  const kind = 'image-config' as const;
  const labels = Object.entries(asObject(config['Labels']) ?? {});
  return [
    ...textsOf(config['Env']).map((text, at) => variable(scanner, text, { at, prefix: 'config.Env', kind })),
    ...labels.map(([name, value], at) => ({
      kind,
      path: `config.Labels[${shownName(scanner, name, at)}]`,
      text: `${name}=${asText(value, MAX_FIELD_BYTES) ?? ''}`,
    })),
    ...(['Cmd', 'Entrypoint'] as const).map((field) => ({
      kind,
      path: `config.${field}`,
      text: textsOf(config[field]).join(' '),
    })),
  ];
};

/**
 * The configuration of an image (OCI image specification, config.md): environment, labels, command, and the history of
 * its build, where build arguments stay for ever.
 */
export const searchImageConfig = (scanner: SecretScanner, config: JsonObject): TextSecrets => {
  const history = asList(config['history']).flatMap((item, at): NamedText[] => {
    const text = asText(asObject(item)?.['created_by'], MAX_FIELD_BYTES);
    return text === undefined ? [] : [{ kind: 'image-config', path: `history[${at}].created_by`, text }];
  });
  return searchTexts(scanner, [...configTexts(scanner, asObject(config['config']) ?? {}), ...history]);
};
