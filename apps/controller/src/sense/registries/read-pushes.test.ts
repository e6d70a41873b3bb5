// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPushes } from './read-pushes.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const event = (more: object = {}, action = 'push') => ({
  id: '1',
  action,
  target: { mediaType: MANIFEST, digest: DIGEST, repository: 'shop/web', tag: 'v1', ...more },
  request: { host: 'elsewhere.example' },
});
const harbor = (type: string) => ({
  type,
  event_data: {
    resources: [{ digest: DIGEST, tag: 'v1', resource_url: 'elsewhere.example/shop/web:v1' }],
    repository: { name: 'web', namespace: 'shop', repo_full_name: 'shop/web' },
  },
});
const github = (more: object = {}) => ({
  action: 'published',
  registry_package: {
    name: 'Web',
    namespace: 'Shop',
    package_type: 'CONTAINER',
    package_version: { container_metadata: { tag: { name: 'v1', digest: DIGEST } } },
    ...more,
  },
});
const nexus = (more: object = {}) => ({
  ...{ timestamp: '2026-01-01T00:00:00.000+0000', nodeId: 'n', initiator: 'ci/10.0.0.1' },
  ...{ repositoryName: 'docker-hosted', action: 'CREATED' },
  component: { id: '1', componentId: '2', format: 'docker', name: 'shop/web', group: null, version: 'v1' },
  ...more,
});
const google = (said: object) => ({
  message: { data: Buffer.from(JSON.stringify(said)).toString('base64'), messageId: '1' },
  subscription: 'projects/p/subscriptions/s',
});

describe('a note about pushes', () => {
  it.each([
    ['Docker Distribution', { events: [event()] }],
    ['Azure', event()],
    ['Harbor', harbor('PUSH_ARTIFACT')],
    ['GitHub', github()],
    ['GitHub, of the newer event', { package: github().registry_package }],
    ['Quay', { repository: 'shop/web', docker_url: 'elsewhere.example/shop/web', updated_tags: ['v1'] }],
    ['Nexus', nexus()],
    [
      'Google Artifact Registry',
      google({ action: 'INSERT', digest: `evil.example/x@${DIGEST}`, tag: 'elsewhere.example/shop/web:v1' }),
    ],
    ['Docker Hub', { push_data: { tag: 'v1' }, repository: { repo_name: 'shop/web' } }],
  ])('of %s names repository and tag, and its host is not believed', (_kind, note) => {
    expect(readPushes(note)).toEqual([{ repository: 'shop/web', reference: 'v1' }]);
  });

  it('names the digest where an image has no tag', () => {
    for (const note of [
      { events: [event({ tag: undefined })] },
      google({ action: 'INSERT', digest: `eu-docker.pkg.dev/shop/web@${DIGEST}` }),
    ])
      expect(readPushes(note)).toEqual([{ repository: 'shop/web', reference: DIGEST }]);
  });

  it('names each image once, however often it is told', () => {
    expect(readPushes({ events: [event(), event(), event({ tag: 'v2' })] })).toHaveLength(2);
  });

  it.each([
    ['pulls', { events: [event({}, 'pull')] }],
    ['deletions', harbor('DELETE_ARTIFACT')],
    ['deletions in Nexus', nexus({ action: 'DELETED' })],
    ['other formats of Nexus', nexus({ component: { format: 'npm', name: 'left-pad', version: '1.3.0' } })],
    ['deletions of Google', google({ action: 'DELETE', tag: 'eu-docker.pkg.dev/shop/web:v1' })],
    ['names without a host', google({ action: 'INSERT', tag: 'v1' })],
    ['a message that is no JSON', { subscription: 's', message: { data: '!!' } }],
    ['layers', { events: [event({ mediaType: 'application/octet-stream', tag: undefined })] }],
    ['packages that are no containers', github({ package_type: 'npm' })],
  ])('about %s is understood, and about no image', (_kind, note) => {
    expect(readPushes(note)).toEqual([]);
  });

  it.each([
    '../etc/passwd',
    'shop/web:v1',
    'Shop/Web',
    'shop//web',
    '/shop',
    'shop/',
    'a'.repeat(256),
    'shop/web\n',
    '',
    7,
  ])('names no image for the repository %j', (repository) => {
    expect(readPushes({ events: [event({ repository })] })).toEqual([]);
  });

  it.each(['v1 x', '../x', '-x', 'a'.repeat(129), 5])('names the digest where the tag is %j', (tag) => {
    expect(readPushes(event({ tag }))).toEqual([{ repository: 'shop/web', reference: DIGEST }]);
  });

  it('is bounded', () => {
    const events = Array.from({ length: 5_000 }, (_, at) => event({ tag: `v${at}` }));
    expect(readPushes({ events })).toHaveLength(200);
  });

  it('is told apart from anything else', () => {
    for (const other of [undefined, null, 5, 'x', [], {}, { events: 'x' }, { type: 'PUSH_ARTIFACT' }])
      expect(readPushes(other)).toBeUndefined();
  });

  it('never throws, and takes no time to read names that are made to be slow', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        readPushes({
          subscription: 's',
          message: { data: Buffer.from(JSON.stringify(left)).toString('base64') },
        });
        readPushes({ repositoryName: 'r', action: 'CREATED', component: { format: 'docker', name: left } });
        for (const key of ['events', 'target', 'event_data', 'package', 'push_data', 'updated_tags'])
          readPushes({ action: 'push', type: 'x', repository: right, [key]: left });
      }),
      { seed: 71, numRuns: 300 },
    );
    const started = performance.now();
    readPushes(event({ repository: `${'a-'.repeat(127)}!` }));
    readPushes(event({ repository: 'a/'.repeat(127) }));
    expect(performance.now() - started).toBeLessThan(200);
  });
});
