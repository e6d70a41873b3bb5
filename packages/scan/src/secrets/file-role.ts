// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileRole, SecretRule, Severity } from '@bartizan/contracts';

const LOCK_FILES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  '.package-lock.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'composer.lock',
  'gemfile.lock',
  'cargo.lock',
  'poetry.lock',
  'uv.lock',
  'pipfile.lock',
  'go.sum',
  'mix.lock',
  'pubspec.lock',
  'packages.lock.json',
  'flake.lock',
]);
const TEST =
  /\/(?:tests?|__tests__|specs?|testdata|test-data|testing|fixtures?|mocks?|__mocks__|examples?|samples?)\/|[._-](?:test|spec)s?\.[a-z0-9]{1,5}$|\/(?:test_[^/]*\.py|[^/]*_test\.(?:go|py|rb|exs?))$/;
const IN_DOCUMENTS = /\/(?:docs?|man|javadocs?|rdoc|licenses?)\//;
const DOCUMENTATION =
  /\.(?:md|markdown|rst|adoc|asciidoc|pod|texi)$|\/(?:changelog|readme|copying|license|news)s?\d*(?:[._ -][^/]*)?$/;
/** Settings and programs, whatever else their name says: `readme.env` is no text for readers. */
const SETTINGS =
  /\.(?:env|ya?ml|json|toml|ini|conf|cfg|properties|xml|php|py|rb|go|sh|[cm]?[jt]s|key|pem|sql)$|\.env\.[^/]*$/;
/** `name.1` to `name.9` is a page of a manual only when it begins like one: rotated and copied files end so, too. */
const NUMBERED = /\.[1-9]$/;
const MAN_PAGE = /^\s*(?:\.[A-Za-z\\]|'\\")/;
const VENDORED =
  /\/(?:node_modules|site-packages|dist-packages|bower_components|vendor|third_party|gems|\.cargo\/registry|go\/pkg\/mod|\.m2\/repository)\//;
const MINIFIED_NAME = /\.min\.[a-z]{2,4}$|\.(?:map|bundle\.js)$/;
const GENERATED_KIND = /\.(?:js|mjs|cjs|css|html?|json|svg)$/;

/** Bytes looked at to tell what a file is. */
export const SNIFF_BYTES = 8_000;
const LONG_LINE = 2_000;

/** A NUL byte near the start: no text. */
export const isBinary = (head: Uint8Array): boolean => head.subarray(0, SNIFF_BYTES).includes(0);

/** What a file is by its path and its first bytes, where that makes a secret in it less likely to be the user's. */
export const rolesOf = (path: string, head: Uint8Array): FileRole[] => {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  const roles: FileRole[] = [];
  if (LOCK_FILES.has(name)) roles.push('lock-file');
  if (MINIFIED_NAME.test(name) || (GENERATED_KIND.test(name) && hasLongLine(head))) roles.push('minified');
  if (TEST.test(lower)) roles.push('test');
  if (isDocumentation(lower, head)) roles.push('documentation');
  if (VENDORED.test(lower)) roles.push('vendored');
  if (isBinary(head)) roles.push('binary');
  return roles;
};

const isDocumentation = (path: string, head: Uint8Array): boolean => {
  if (NUMBERED.test(path) && MAN_PAGE.test(Buffer.from(head.subarray(0, 256)).toString('latin1')))
    return true;
  // A folder of documents may show settings as examples.
  return IN_DOCUMENTS.test(path) || (DOCUMENTATION.test(path) && !SETTINGS.test(path));
};

const hasLongLine = (head: Uint8Array): boolean => {
  const start = head.subarray(0, SNIFF_BYTES);
  const end = start.indexOf(10);
  const second = end === -1 ? -1 : start.indexOf(10, end + 1);
  return (
    start.length > LONG_LINE && (end === -1 || end > LONG_LINE || second - end > LONG_LINE || second === -1)
  );
};

type Effect = 'keep' | 'lower' | 'drop';
type Confidence = SecretRule['confidence'];

/**
 * What a role does to a match. A file equal to the distribution's own is never a user's secret. Beyond that the order
 * of trust is: a shape that cannot be chance stays, a telling name is lowered, a mere name is dropped.
 */
const EFFECTS: Readonly<Record<FileRole, Readonly<Record<Confidence, Effect>>>> = {
  distribution: { high: 'drop', medium: 'drop', low: 'drop' },
  'lock-file': { high: 'keep', medium: 'drop', low: 'drop' },
  minified: { high: 'keep', medium: 'drop', low: 'drop' },
  binary: { high: 'keep', medium: 'drop', low: 'drop' },
  test: { high: 'lower', medium: 'lower', low: 'drop' },
  documentation: { high: 'lower', medium: 'lower', low: 'drop' },
  vendored: { high: 'lower', medium: 'lower', low: 'drop' },
};

/** The strongest effect of the roles of a file, and which role it was. */
export const effectOf = (
  roles: readonly FileRole[],
  confidence: Confidence,
): { readonly effect: Effect; readonly role?: FileRole } => {
  const dropping = roles.find((role) => EFFECTS[role][confidence] === 'drop');
  if (dropping !== undefined) return { effect: 'drop', role: dropping };
  const lowering = roles.find((role) => EFFECTS[role][confidence] === 'lower');
  return lowering === undefined ? { effect: 'keep' } : { effect: 'lower', role: lowering };
};

const STEPS: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** A severity some steps lower, at least `info`; `unknown` stays. */
export const lowered = (severity: Severity, steps: number): Severity => {
  const at = STEPS.indexOf(severity);
  return at === -1 ? severity : (STEPS[Math.min(at + steps, STEPS.length - 1)] ?? severity);
};
