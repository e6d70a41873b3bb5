// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExampleEvidence } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { parseConfig } from './config-file.ts';
import { readConfigText } from './read-config.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** A file that a flag of the API server names, made into the few facts that checks ask of it: keys never leave it. */
function namedFile(
  tree: FileTree,
  subject: string,
  path: string | undefined,
  read: (file: Readonly<Record<string, unknown>>) => Record<string, string | string[]>,
): ExampleEvidence {
  const base = { collector: 'config', subject, origin: 'file' } as const;
  if (path === undefined) return { ...base, state: 'absent' };
  const text = readConfigText(tree, path);
  if (text.state === 'absent') return { ...base, path, state: 'unreadable', reason: 'vanished' };
  if (text.state === 'unreadable') return { ...base, path, state: 'unreadable', reason: text.fault };
  const file = parseConfig(text.text, 'yaml');
  if (file === undefined) return { ...base, path, state: 'unreadable', reason: 'malformed' };
  return { ...base, path, state: 'known', value: read(file) };
}

/** The provider that writes secrets: the first of the first entry that covers them. */
export const encryptionEvidence = (tree: FileTree, path: string | undefined): ExampleEvidence =>
  namedFile(tree, 'encryption', path, (file) => {
    const entry = objects(file['resources']).find((one) =>
      texts(one['resources']).some((name) => ['secrets', '*.', '*.*'].includes(name)),
    );
    const [provider] = entry === undefined ? [] : objects(entry['providers']);
    const [name = ''] = provider === undefined ? [] : Object.keys(provider);
    return { secrets: name.slice(0, 64) };
  });

/** Resources whose recording is asked about. */
const AUDITED = ['secrets', 'configmaps', 'pods/exec', 'pods/portforward', 'serviceaccounts/token'] as const;

/** The level at which everybody's requests for a resource are recorded: the first rule without a condition on people. */
function levelOf(rules: readonly Readonly<Record<string, unknown>>[], resource: string): string {
  const [name = ''] = resource.split('/');
  for (const rule of rules) {
    const isForSome = ['users', 'userGroups', 'verbs', 'namespaces'].some(
      (key) => texts(rule[key]).length > 0,
    );
    if (isForSome || texts(rule['nonResourceURLs']).length > 0) continue;
    const groups = objects(rule['resources']);
    const holds =
      groups.length === 0 ||
      groups.some((one) => {
        const group = one['group'] ?? '';
        const names = texts(one['resources']);
        const isNamed = texts(one['resourceNames']).length > 0;
        return (
          group === '' &&
          !isNamed &&
          (names.length === 0 ||
            names.some((known) => known === resource || known === '*' || known === `${name}/*`))
        );
      });
    if (holds) return typeof rule['level'] === 'string' ? rule['level'].slice(0, 64) : '';
  }
  return 'None';
}

export const auditPolicyEvidence = (tree: FileTree, path: string | undefined): ExampleEvidence =>
  namedFile(tree, 'audit-policy', path, (file) =>
    Object.fromEntries(AUDITED.map((resource) => [resource, levelOf(objects(file['rules']), resource)])),
  );

/** The authorizers of an AuthorizationConfiguration, which the API server uses instead of its flag. */
export function authorizationEvidence(tree: FileTree, path: string | undefined): ExampleEvidence[] {
  if (path === undefined) return [];
  return [
    namedFile(tree, 'kube-apiserver', path, (file) => ({
      authorizers: objects(file['authorizers']).map((one) => String(one['type']).slice(0, 64)),
    })),
  ];
}
