// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { AdmissionContext, ImageFacts } from '../../admission/index.ts';
import {
  criterion,
  DAY_MS,
  imported,
  NOW_MS,
  one,
  pod,
  refuses,
  requestOf,
  rule,
  verdict,
} from '../testing/judged.ts';
import { fieldOfPath } from './custom-path.ts';

describe('criteria of manifests', () => {
  const plain = requestOf(pod());
  it.each([
    ['image', 'containsAny', 'shop/web', true],
    ['image', 'containsAny', 'quay.io/shop/*', true],
    ['image', 'containsAny', 'shop/web:1.4,redis', true],
    ['image', 'containsAny', 'shop/web:1.5', false],
    ['image', 'containsAny', 'docker.io/shop/web', false],
    ['image', 'notContainsAny', 'nginx', true],
    ['imageRegistry', 'containsAny', 'https://quay.io/', true],
    ['imageRegistry', 'notContainsAny', 'quay.io', false],
    ['imageRegistry', 'containsAny', 'index.docker.io', false],
    ['namespace', 'containsAny', 'sh*,other', true],
    ['namespace', 'notContainsAny', 'shop', false],
    ['user', 'containsAny', 'kim', true],
    ['user', 'regex', '^k.m$', true],
    ['user', '!regex', '^k', false],
    ['userGroups', 'containsAny', 'dev*', true],
    ['userGroups', 'containsOtherThan', 'developers', false],
    ['userGroups', 'notContainsAny', 'system:masters', true],
    ['runAsPrivileged', '=', 'true', false],
    ['runAsPrivileged', '=', 'false', true],
    ['allowPrivEscalation', '=', 'true', true],
    ['sharePidWithHost', '=', 'true', false],
    ['pspCompliance', '=', 'true', true],
  ])('%s %s %s: %s', (name, op, value, expected) => {
    expect(one(name, op, value, plain)).toBe(expected);
  });

  it('knows Pod Security whole', () => {
    const careful = requestOf(
      pod(
        { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
        {},
        { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
      ),
    );
    expect(one('violatePssPolicy', '=', 'restricted', careful)).toBe(false);
    expect(one('violatePssPolicy', '=', 'restricted', plain)).toBe(true);
    expect(one('violatePssPolicy', '=', 'baseline', plain)).toBe(false);
    expect(one('violatePssPolicy', '=', 'baseline', requestOf(pod({ hostPID: true })))).toBe(true);
  });

  it('takes the name of Docker Hub in all its forms', () => {
    const hub = requestOf(pod({}, {}, { image: 'nginx' }));
    for (const value of ['docker.io', 'index.docker.io', 'https://registry-1.docker.io/v2/'])
      expect(one('imageRegistry', 'containsAny', value, hub)).toBe(true);
    for (const value of ['nginx', 'docker.io/nginx', 'library/nginx', 'docker.io/library/nginx:latest'])
      expect(one('image', 'containsAny', value, hub)).toBe(true);
  });

  it('asks labels, annotations and variables by key, by value and by what else there is', () => {
    const object = pod(
      {},
      { labels: { app: 'web', tier: 'front' }, annotations: { note: 'x' } },
      { env: [{ name: 'MODE', value: 'debug' }] },
    );
    const request = requestOf(object);
    expect(one('labels', 'containsAll', 'app,tier=front', request)).toBe(true);
    expect(one('labels', 'containsAll', 'app,tier=back', request)).toBe(false);
    expect(one('labels', 'containsOtherThan', 'app,tier', request)).toBe(false);
    expect(one('labels', 'containsOtherThan', 'app', request)).toBe(true);
    expect(one('labels', 'notContainsAny', 'owner', request)).toBe(true);
    expect(one('annotations', 'containsAny', 'note=x', request)).toBe(true);
    expect(one('envVars', 'containsAny', 'MODE=debug', request)).toBe(true);
    expect(one('envVars', 'notContainsAny', 'MODE', request)).toBe(false);
  });

  it('knows root by number, by the pod and by the image', () => {
    const root: AdmissionContext = { image: () => ({ scanned: true, user: '' }) };
    const other: AdmissionContext = { image: () => ({ scanned: true, user: '1000' }) };
    expect(one('runAsRoot', '=', 'true', requestOf(pod({ securityContext: { runAsUser: 0 } })))).toBe(true);
    expect(one('runAsRoot', '=', 'true', plain, root)).toBe(true);
    expect(one('runAsRoot', '=', 'true', plain, other)).toBe(false);
    const barred = requestOf(pod({ securityContext: { runAsNonRoot: true } }));
    expect(one('runAsRoot', '=', 'true', barred, root)).toBe(false);
  });

  it('knows volumes, resources, credentials, accounts and storage classes', () => {
    const mounted = requestOf(
      pod(
        { volumes: [{ name: 'd', hostPath: { path: '/var/run/docker.sock' } }] },
        {},
        {
          volumeMounts: [{ name: 'd', mountPath: '/sock' }],
          resources: { limits: { cpu: '2' } },
          env: [{ name: 'T', value: 'planted' }],
        },
      ),
    );
    expect(one('mountVolumes', 'containsAny', '/var/run/*', mounted)).toBe(true);
    expect(one('mountVolumes', 'containsOtherThan', '/sock', mounted)).toBe(false);
    const roundabout = requestOf(
      pod(
        { volumes: [{ name: 'd', hostPath: { path: '/var//run/./docker.sock/' } }] },
        {},
        { volumeMounts: [{ name: 'd', mountPath: '/sock' }] },
      ),
    );
    expect(one('mountVolumes', 'containsAny', '/var/run/docker.sock', roundabout)).toBe(true);
    expect(one('mountVolumes', 'containsAny', '/var/run/docker.sock/', roundabout)).toBe(true);
    const limit = (op: string, value: string) => [
      criterion('resourceLimit', '', '', { sub_criteria: [criterion('cpuLimit', op, value)] }),
    ];
    expect(refuses(limit('>', '1'), mounted)).toBe(true);
    expect(refuses(limit('>', '2'), mounted)).toBe(false);
    expect(refuses(limit('<=', '2'), mounted)).toBe(true);
    expect(refuses(limit('<=', '2'), plain)).toBe(false);
    const detector: AdmissionContext = {
      credentialsIn: (_name, value) => (value === 'planted' ? ['x'] : []),
    };
    expect(one('envVarSecrets', '=', 'true', mounted, detector)).toBe(true);
    expect(one('envVarSecrets', '=', 'true', plain, detector)).toBe(false);
    const risky: AdmissionContext = { serviceAccount: () => ({ riskTags: ['create-pods'] }) };
    expect(one('saBindRiskyRole', 'containsTagAny', 'risky_role_create_pod', plain, risky)).toBe(true);
    expect(one('saBindRiskyRole', 'containsTagAny', 'risky_role_view_secret', plain, risky)).toBe(false);
    const claim = requestOf(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {}, spec: { storageClassName: 'slow' } },
      { resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' },
    );
    expect(one('storageClassName', 'containsAny', 'slow', claim)).toBe(true);
    expect(one('storageClassName', 'notContainsAny', 'slow', claim)).toBe(false);
  });

  it('asks any place of the pod', () => {
    const at = (path: string, type: string, op: string, value: string) => [
      criterion('customPath', op, value, { path, value_type: type }),
    ];
    const request = requestOf(
      pod({ hostNetwork: true, terminationGracePeriodSeconds: 30, schedulerName: 'own' }),
    );
    expect(refuses(at('item.spec.hostNetwork', 'boolean', '=', 'true'), request)).toBe(true);
    expect(refuses(at('spec.terminationGracePeriodSeconds', 'number', '>=', '30'), request)).toBe(true);
    expect(refuses(at('spec.terminationGracePeriodSeconds', 'number', '>', '30'), request)).toBe(false);
    expect(refuses(at('spec.terminationGracePeriodSeconds', 'number', '!=', '30'), request)).toBe(false);
    expect(refuses(at('item.spec.schedulerName', 'string', 'containsAny', 'own,other'), request)).toBe(true);
    expect(refuses(at('item.spec.schedulerName', 'string', 'containsOtherThan', 'own'), request)).toBe(false);
    expect(refuses(at('spec.runtimeClassName', 'key', 'notExist', ''), request)).toBe(true);
    expect(refuses(at('spec.containers[_].image', 'string', 'containsAny', '*web*'), request)).toBe(true);
  });

  it.each([
    ['item.spec.template.spec.hostPID', 'pod.path/hostPID'],
    ['spec.containers[*].securityContext.privileged', 'pod.path/containers/*/securityContext/privileged'],
    ['spec.containers[0].name', 'pod.path/containers/0/name'],
    ['metadata.labels', 'object.path/metadata/labels'],
    ['', undefined],
    ['spec.a b', undefined],
  ])('reads the path %s', (path, field) => {
    expect(fieldOfPath(path)?.field).toBe(field);
  });
});

describe('criteria of images', () => {
  const request = requestOf(pod());
  const flaw = (id: string, severity: 'critical' | 'high' | 'medium', days: number, fixable = true) => ({
    id,
    aliases: [`ALIAS-${id}`],
    severity,
    score: severity === 'critical' ? 9.8 : severity === 'high' ? 7 : 5,
    fixable,
    publishedAtMs: NOW_MS - days * DAY_MS,
  });
  const facts: ImageFacts = {
    scanned: true,
    signed: true,
    verifiers: ['root/release'],
    vulnerabilities: [
      flaw('CVE-1', 'critical', 10),
      flaw('CVE-2', 'high', 40),
      flaw('CVE-3', 'high', 5, false),
      flaw('CVE-4', 'medium', 90),
    ],
    packages: [{ name: 'log4j-core', version: '2.14.1' }],
    secrets: 0,
    setuid: 2,
    os: '',
    baseImages: ['docker.io/library/debian:12'],
  };
  const context: AdmissionContext = { image: () => facts };
  it.each([
    ['cveCriticalCount', '>=', '1', true],
    ['cveCriticalCount', '>=', '2', false],
    ['cveHighCountNoCritical', '>=', '2', true],
    ['cveHighCountNoCritical', '>=', '3', false],
    ['cveHighCount', '>=', '3', true],
    ['cveHighCount', '<=', '2', false],
    ['cveMediumCount', '<=', '1', true],
    ['cveMediumCount', '>=', '0', true],
    ['cveCriticalWithFixCount', '>=', '1', true],
    ['cveHighWithFixCountNoCritical', '>=', '2', false],
    ['cveHighWithFixCount', '>=', '2', true],
    ['cveNames', 'containsAny', 'ALIAS-CVE-2', true],
    ['cveNames', 'containsAll', 'CVE-1,CVE-9', false],
    ['cveNames', 'containsOtherThan', 'CVE-1,CVE-2,CVE-3,CVE-4', false],
    ['cveScoreCount', '>=', '7', true],
    ['cveScore', '>=', '9.9', false],
    ['imageScanned', '=', 'false', false],
    ['imageSigned', '=', 'true', true],
    ['imageVerifiers', 'containsAny', 'root/*', true],
    ['imageVerifiers', 'notContainsAny', 'root/release', false],
    ['imageCompliance', '=', 'true', true],
    ['imageNoOS', '=', 'true', true],
    ['modules', 'containsAny', 'log4j*', true],
    ['modules', 'containsOtherThan', 'log4j-core', false],
    ['baseImage', 'notContainsAny', '*/debian:*', false],
  ])('%s %s %s: %s', (name, op, value, expected) => {
    expect(one(name, op, value, request, context)).toBe(expected);
  });

  it('leaves young flaws out, and asks for so many of a score', () => {
    const days = (value: string) => [
      criterion('cveHighCount', '>=', '2', { sub_criteria: [criterion('publishDays', '>=', value)] }),
    ];
    expect(refuses(days('10'), request, context)).toBe(true);
    expect(refuses(days('30'), request, context)).toBe(false);
    const score = (count: string) => [
      criterion('cveScoreCount', '>=', '7', { sub_criteria: [criterion('count', '>=', count)] }),
    ];
    expect(refuses(score('3'), request, context)).toBe(true);
    expect(refuses(score('4'), request, context)).toBe(false);
  });

  it('passes what no scan has told, but says so', () => {
    const { rules } = imported(rule([criterion('cveHighCount', '>=', '1')]));
    const unscanned = verdict(rules, request, { image: () => ({ scanned: false }) });
    expect(unscanned.decision.verdict).toBe('alert');
    expect(unscanned.violations.map(({ state }) => state)).toEqual(['unknown']);
  });
});
