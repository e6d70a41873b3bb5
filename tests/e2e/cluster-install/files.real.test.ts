// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
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
const rendered = (...values: string[]): ClusterObject[] =>
  objectsIn(
    must(helmProgram(), [
      'template',
      'bartizan',
      CHART,
      '-n',
      'default',
      ...values.flatMap((one) => ['--set', one]),
    ]),
  );

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

  it('hold the same objects and new keys: helm', () => {
    const objects = rendered();
    const [keys, ...more] = objects.filter((one) => one.kind === 'Secret');
    expect(more).toEqual([]);
    const data: Record<string, string> = Object(keys?.['stringData']);
    expect(Buffer.from(data['dataKey'] ?? '', 'base64')).toHaveLength(32);
    expect(data['localRootToken']).toMatch(/^bzl_[A-Za-z0-9_-]{43}$/);
    expect(data['bootstrapAdminPassword']).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(byName(objects.filter((one) => one !== keys))).toEqual(byName(installed));
    const again = rendered().find((one) => one.kind === 'Secret');
    expect(again?.['stringData']).not.toEqual(data);
  }, 60_000);

  it('follow their values: helm', () => {
    const objects = rendered(
      'storage.kind=ephemeral',
      'storage.sizeLimit=3Gi',
      'service.type=NodePort',
      'images.controller=r/c:9',
      'images.agent=r/a:9',
      'images.pullPolicy=Always',
    ).filter((one) => one.kind !== 'Secret');
    const wanted = clusterObjects({
      version,
      controllerImage: 'r/c:9',
      agentImage: 'r/a:9',
      pullPolicy: 'Always',
      storage: { kind: 'ephemeral', sizeLimit: '3Gi' },
      serviceType: 'NodePort',
    });
    expect(byName(objects)).toEqual(byName(wanted));
    const claim = rendered('storage.className=fast').find((one) => one.kind === 'PersistentVolumeClaim');
    expect(claim?.['spec']).toMatchObject({ storageClassName: 'fast' });
  }, 60_000);
});
