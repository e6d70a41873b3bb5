// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { removable } from '@bartizan/cli';
import { describe, expect, it } from 'vitest';
import { chartFiles } from './chart.ts';

const files = chartFiles('1.2.3', { controller: 'r/c:1', agent: 'r/a:1' });
/** Kind, name and whether Helm leaves it, of each object of a template. */
const objectsOf = (file: string) =>
  (files[file] ?? '')
    .split(/^---$/m)
    .slice(1)
    .map((text) => ({
      kind: /^kind: (.+)$/m.exec(text)?.[1] ?? '',
      name: /^ {2}name: (.+)$/m.exec(text)?.[1] ?? '',
      isKept: /^ {4}helm\.sh\/resource-policy: keep$/m.test(text),
    }));
const objects = [...objectsOf('templates/bartizan.yaml'), ...objectsOf('templates/keys.yaml')];

describe('the chart', () => {
  it('leaves what an uninstall leaves when helm uninstalls it, and nothing else', () => {
    expect(objects.filter(({ isKept }) => isKept).map(({ kind }) => kind)).toEqual([
      'Namespace',
      'CustomResourceDefinition',
      'CustomResourceDefinition',
      'CustomResourceDefinition',
      'PersistentVolumeClaim',
      'Secret',
    ]);
    for (const { kind, name, isKept } of objects)
      expect([kind, name, removable([{ kind, name }], false).length === 0]).toEqual([kind, name, isKept]);
  });

  it('opens the ports of its values in the policy, and tells the controller and its pod of them', () => {
    const text = files['templates/bartizan.yaml'] ?? '';
    // As Helm does it, of what stands in the template: each range once for a list of one port.
    const withOne = text.replace(
      /(\n?)\{\{-? range \.Values\.network\.egressPorts \}\}([\s\S]*?)(\n?)\{\{-? end \}\}/g,
      (_all, before: string, body: string) =>
        `${before}${body}`.replace(/^\n\n/, '\n').replace('{{ int . }}', '5000'),
    );
    expect(withOne).toContain('        - port: 443\n        - port: 6443\n        - port: 5000\n');
    expect(withOne).toContain('"egressPorts": [\n        443,\n        6443,\n        5000\n      ],');
    expect(withOne).toContain('bartizan.dev/egress-ports: "443,6443,5000"');
    expect(files['values.yaml']).toMatch(/^network:\n(?: {2}#.*\n)+ {2}egressPorts: \[\]$/m);
  });

  it('says how long the one-time password is good', () => {
    expect(files['templates/NOTES.txt']).toMatch(/15 minutes after the first sign-in, 24 hours at most/);
  });

  it('makes keys only where it is asked to, sees the cluster, and finds none', () => {
    const text = files['templates/keys.yaml'] ?? '';
    const before = text.slice(0, text.indexOf('kind: Secret'));
    expect(before.match(/^\{\{- (?:if|fail).*$/gm)?.map((line) => line.slice(0, 60))).toEqual([
      '{{- if .Values.keys.create }}',
      '{{- if not (lookup "v1" "Namespace" "" "kube-system") }}',
      expect.stringContaining('{{- fail "keys.create needs a render that sees the cluster'),
      '{{- if not (lookup "v1" "Secret" "bartizan" "bartizan-keys")',
    ]);
    expect(files['values.yaml']).toMatch(/^keys:\n(?: {2}#.*\n)+ {2}create: true$/m);
  });
});
