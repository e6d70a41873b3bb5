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

describe('a note about pushes', () => {
  it.each([
    ['Docker Distribution', { events: [event()] }],
    ['Azure', event()],
    ['Harbor', harbor('PUSH_ARTIFACT')],
    ['GitHub', github()],
    ['GitHub, of the newer event', { package: github().registry_package }],
    ['Quay', { repository: 'shop/web', docker_url: 'elsewhere.example/shop/web', updated_tags: ['v1'] }],
    ['Docker Hub', { push_data: { tag: 'v1' }, repository: { repo_name: 'shop/web' } }],
  ])('of %s names repository and tag, and its host is not believed', (_kind, note) => {
    expect(readPushes(note)).toEqual([{ repository: 'shop/web', reference: 'v1' }]);
  });

  it('names the digest where an image has no tag', () => {
    expect(readPushes({ events: [event({ tag: undefined })] })).toEqual([
      { repository: 'shop/web', reference: DIGEST },
    ]);
  });

  it('names each image once, however often it is told', () => {
    expect(readPushes({ events: [event(), event(), event({ tag: 'v2' })] })).toHaveLength(2);
  });

  it.each([
    ['pulls', { events: [event({}, 'pull')] }],
    ['deletions', harbor('DELETE_ARTIFACT')],
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
