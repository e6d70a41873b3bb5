// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterObject, clusterObjects } from '@bartizan/cli';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHECKOUT } from '../first-run/product.ts';
import { must } from '../first-run/run.ts';
import { helmProgram } from './helm.ts';
import { builtKubebox, hasKubebox } from './kubebox.ts';

const CHART = join(CHECKOUT, 'deploy/helm/bartizan');
const { version }: { version: string } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));

/** What the install command applies with the options that the files have. */
const installed = clusterObjects({
  version,
  controllerImage: `localhost/bartizan-controller:${version}`,
  agentImage: `localhost/bartizan-agent:${version}`,
  pullPolicy: 'IfNotPresent',
  storage: { kind: 'persistent', size: '10Gi' },
  serviceType: 'ClusterIP',
});
const nameOf = ({ kind, metadata }: ClusterObject): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const byName = (objects: readonly ClusterObject[]) =>
  Object.fromEntries(objects.map((object) => [nameOf(object), object]));
const objectsIn = (text: string): ClusterObject[] =>
  parseAllDocuments(text).flatMap((document) => {
    const object: ClusterObject | null = document.toJS();
    return object === null ? [] : [object];
  });
const templateOf = (chart: string, values: readonly string[]): string[] => [
  ...['template', 'bartizan', chart, '-n', 'default'],
  ...values.flatMap((one) => ['--set', one]),
];
const rendered = (...values: string[]): ClusterObject[] =>
  objectsIn(must(helmProgram(), templateOf(CHART, ['keys.create=false', ...values])));

/** The objects of the chart where a cluster answers that has no keys: what no cluster answers is taken as answered. */
function renderedInCluster(): ClusterObject[] {
  const chart = mkdtempSync(join(tmpdir(), 'bartizan-chart-'));
  try {
    cpSync(CHART, chart, { recursive: true });
    const keys = join(chart, 'templates/keys.yaml');
    const text = readFileSync(keys, 'utf8');
    writeFileSync(keys, text.replace('(lookup "v1" "Namespace" "" "kube-system")', 'true'));
    return objectsIn(must(helmProgram(), templateOf(chart, [])));
  } finally {
    rmSync(chart, { recursive: true, force: true });
  }
}

describe.skipIf(!hasKubebox)('the files of deploy/', () => {
  let kubectl = '';
  beforeAll(async () => {
    kubectl = await builtKubebox();
  }, 1_500_000);

  it('hold the objects that the install command applies: the bundle', () => {
    const bundle = readFileSync(join(CHECKOUT, 'deploy/kubernetes/bartizan.yaml'), 'utf8');
    expect(byName(objectsIn(bundle))).toEqual(byName(installed));
  });

  it('hold the same objects: kustomize', () => {
    const text = must(kubectl, ['kubectl', 'kustomize', join(CHECKOUT, 'deploy/kustomize/base')]);
    expect(byName(objectsIn(text))).toEqual(byName(installed));
  });

  it('hold the same objects, without keys where they are not to be made: helm', () => {
    expect(byName(rendered())).toEqual(byName(installed));
  }, 60_000);

  it('make new keys in a cluster without, and none where nobody knows whether there are some: helm', () => {
    const [keys, ...more] = renderedInCluster().filter((one) => one.kind === 'Secret');
    expect(more).toEqual([]);
    const data: Record<string, string> = Object(keys?.['stringData']);
    expect(Buffer.from(data['dataKey'] ?? '', 'base64')).toHaveLength(32);
    expect(data['localRootToken']).toMatch(/^bzl_[A-Za-z0-9_-]{43}$/);
    expect(data['bootstrapAdminPassword']).toMatch(/^[A-Za-z0-9]{20}$/);
    const again = renderedInCluster().find((one) => one.kind === 'Secret');
    expect(again?.['stringData']).not.toEqual(data);
    expect(() => must(helmProgram(), templateOf(CHART, []))).toThrow(/keys\.create=false/);
  }, 60_000);

  it('follow their values: helm', () => {
    const objects = rendered(
      'storage.kind=ephemeral',
      'storage.sizeLimit=3Gi',
      'service.type=NodePort',
      'images.controller=r/c:9',
      'images.agent=r/a:9',
      'images.pullPolicy=Always',
      'network.egressPorts={5000,16443}',
    );
    const wanted = clusterObjects({
      version,
      controllerImage: 'r/c:9',
      agentImage: 'r/a:9',
      pullPolicy: 'Always',
      storage: { kind: 'ephemeral', sizeLimit: '3Gi' },
      serviceType: 'NodePort',
      egressPorts: [5000, 16_443],
    });
    expect(byName(objects)).toEqual(byName(wanted));
    const claim = rendered('storage.className=fast').find((one) => one.kind === 'PersistentVolumeClaim');
    expect(claim?.['spec']).toMatchObject({ storageClassName: 'fast' });
  }, 60_000);
});
