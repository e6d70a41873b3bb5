// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The parts of a package URL that its type has rules about. */
export interface TypedParts {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

type Part = 'namespace' | 'name' | 'version';

/** What the specification says of one type, beyond the grammar. */
interface TypeRule {
  /** Parts that are the same in capital and small letters, and written small. */
  readonly small?: readonly Part[];
  readonly namespace?: 'required' | 'prohibited';
  readonly name?: RegExp;
  readonly version?: RegExp;
  /** The name is all that follows the host. */
  readonly isNamePath?: true;
  /** Qualifiers without which it says nothing. */
  readonly qualifiers?: readonly string[];
}

const BOTH = ['namespace', 'name'] as const;

const RULES: Readonly<Record<string, TypeRule>> = {
  alpm: { small: BOTH },
  apk: { small: BOTH },
  bitbucket: { small: BOTH },
  bitnami: { small: BOTH },
  brew: { small: BOTH },
  'chrome-extension': { name: /^[a-p]{32}$/, version: /^\d+(?:\.\d+){0,3}$/ },
  composer: { small: BOTH },
  cpan: { name: /^(?!.*::)/ },
  deb: { small: BOTH },
  git: { small: BOTH, isNamePath: true },
  github: { small: BOTH },
  gitlab: { small: BOTH },
  hex: { small: BOTH },
  huggingface: { small: ['version'] },
  julia: { qualifiers: ['uuid'] },
  oci: { small: BOTH },
  otp: { namespace: 'prohibited' },
  pypi: { small: ['name'] },
  rpm: { small: ['namespace'] },
  swift: { namespace: 'required' },
  vcpkg: { namespace: 'prohibited' },
  'vscode-extension': { namespace: 'required' },
};

/** Whether the name of packages of a type has slashes, as the place of a repository on its host has. */
export const isNamePath = (type: string): boolean => RULES[type]?.isNamePath === true;

/** Models of Databricks are the same in capital and small letters; those of other registries are not. */
const isDatabricks = (parts: TypedParts): boolean =>
  parts.type === 'mlflow' && (parts.qualifiers.get('repository_url') ?? '').includes('databricks');

/** The parts as their type writes them. */
export const normalizeParts = <T extends TypedParts>(parts: T): T => {
  const small = RULES[parts.type]?.small ?? (isDatabricks(parts) ? ['name'] : []);
  const written = (part: Part): string => (small.includes(part) ? parts[part].toLowerCase() : parts[part]);
  const name = written('name');
  return {
    ...parts,
    namespace: written('namespace'),
    name: parts.type === 'pypi' ? name.replaceAll('_', '-') : name,
    version: written('version'),
  };
};

/** Whether the parts say what their type demands. */
export const isAllowed = (parts: TypedParts): boolean => {
  const rule = RULES[parts.type];
  if (rule === undefined) return true;
  const hasNamespace = parts.namespace !== '';
  return (
    (rule.namespace === undefined || hasNamespace === (rule.namespace === 'required')) &&
    rule.name?.test(parts.name) !== false &&
    (parts.version === '' || rule.version?.test(parts.version) !== false) &&
    (rule.qualifiers ?? []).every((key) => parts.qualifiers.has(key))
  );
};
