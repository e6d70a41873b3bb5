// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AGENT_CAPABILITIES,
  type ClusterObject,
  GATHERED_RIGHTS,
  OPT_IN_RIGHTS,
  RIGHTS,
  type Right,
  toYaml,
} from '@bartizan/cli';

const LICENCE = '# SPDX-FileCopyrightText: Bartizan contributors\n# SPDX-License-Identifier: Apache-2.0\n';
export const GENERATED = `${LICENCE}# Written by npm run generate from apps/cli/src/cluster/objects; do not edit.\n`;

const indented = (text: string, indent: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? line : `${indent}${line}`))
    .join('\n');

/** Rules of a role, each under the reason for it. */
function rulesYaml(rights: readonly Right[]): string {
  const rules = rights.map(({ why, apiGroups, resources, resourceNames, verbs }) => {
    const rule = { apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }), verbs };
    return `  # ${why.en}\n${toYaml([rule], '  ')}`;
  });
  return `rules:\n${rules.join('')}`;
}

/** Files in a ConfigMap as blocks, so that they can be read. */
function dataYaml(data: object): string {
  const files = Object.entries(data).map(
    ([name, text]) => `  ${name}: |\n${indented(String(text), '    ')}\n`,
  );
  return `data:\n${files.join('')}`;
}

/** Each capability with the reason for it. */
function withReasons(yaml: string): string {
  return AGENT_CAPABILITIES.reduce(
    (text, { name, why }) => text.replace(new RegExp(`^( +- )${name}$`, 'm'), `$1${name} # ${why.en}`),
    yaml,
  );
}

/** One document of YAML for an object. */
export function documentOf(object: ClusterObject): string {
  const { kind, metadata } = object;
  if (kind === 'ClusterRole' && metadata.name === GATHERED_RIGHTS.role)
    return `# ${GATHERED_RIGHTS.why.en}\n${toYaml(object)}`;
  const rights = RIGHTS[metadata.name] ?? OPT_IN_RIGHTS[metadata.name];
  if ((kind === 'ClusterRole' || kind === 'Role') && rights !== undefined) {
    const { rules: _rules, ...rest } = object;
    return `${toYaml(rest)}${rulesYaml(rights)}`;
  }
  const { data, ...rest } = object;
  if (kind === 'ConfigMap' && typeof data === 'object' && data !== null)
    return `${toYaml(rest)}${dataYaml(data)}`;
  return kind === 'DaemonSet' ? withReasons(toYaml(object)) : toYaml(object);
}

/** Objects as one stream of YAML. */
export const bundleOf = (objects: readonly ClusterObject[]): string =>
  objects.map((object) => `---\n${documentOf(object)}`).join('');
