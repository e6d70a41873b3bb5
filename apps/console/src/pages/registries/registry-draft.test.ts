// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { REGISTRY_KINDS, type Registry, RegistrySettings } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  draftOf,
  EMPTY_DRAFT,
  isRunning,
  KINDS,
  keepsSecret,
  partsOf,
  printFilters,
  progressOf,
  readFilters,
  readKeys,
  settingsOf,
  withKind,
} from './registry-draft.ts';

const RUN = { state: 'done', repositories: 1, images: 0, scanned: 0, unchanged: 0, failed: 0 } as const;
const known: Registry = {
  id: 'r-1',
  cluster: 'local',
  tenant: 'default',
  name: 'Shop',
  kind: 'gitlab',
  host: 'registry.example.com',
  plainHttp: false,
  username: 'scanner',
  region: 'shop',
  includes: [{ repository: 'shop/*', tag: 'v*' }],
  excludes: [],
  platforms: ['linux/amd64', 'linux/arm64'],
  schedule: { kind: 'interval', everyMs: 3_600_000 },
  concurrency: 3,
  hasSecret: true,
  run: RUN,
  createdAtMs: 1,
  updatedAtMs: 2,
};

describe('the form of a registry', () => {
  it('offers every kind of the contracts, in their order', () => {
    expect(KINDS).toEqual(REGISTRY_KINDS);
  });
  it.each(REGISTRY_KINDS)('sends what the API takes for %s, and no field the kind does not have', (kind) => {
    const settings = settingsOf(
      withKind(
        {
          ...EMPTY_DRAFT,
          name: ' Shop ',
          host: 'https://registry.example.com/',
          plainHttp: true,
          certificates: 'PEM',
          username: 'u',
          secret: 's',
          region: 'r',
          authUrl: 'https://auth.example.com',
        },
        kind,
      ),
    );
    // The API takes these fields and no others.
    expect(Object.keys(settings).filter((field) => !(field in RegistrySettings.properties))).toEqual([]);
    expect((RegistrySettings.required ?? []).filter((field) => !(field in settings))).toEqual([]);
    expect(settings.host).toBe('registry.example.com');
    const parts = partsOf(kind);
    for (const part of ['username', 'region', 'authUrl', 'certificates'] as const)
      expect([part, settings[part] !== undefined]).toEqual([part, parts.has(part)]);
    expect(settings.plainHttp).toBe(parts.has('plainHttp'));
  });
  it('starts from what is kept, without the secret, and sends none that was not typed', () => {
    const draft = draftOf(known);
    expect(draft.secret).toBe('');
    const settings = settingsOf(draft);
    expect('secret' in settings).toBe(false);
    const { id, cluster, tenant, hasSecret, run, createdAtMs, updatedAtMs, ...kept } = known;
    expect(settings).toEqual(kept);
    expect([id, cluster, tenant, hasSecret, run, createdAtMs, updatedAtMs]).toHaveLength(7);
  });
  it('keeps what was set elsewhere and has no field of this kind, until the kind changes', () => {
    const odd: Registry = { ...known, kind: 'red-hat', region: 'x', authUrl: 'https://a.example.com' };
    expect(settingsOf(draftOf(odd))).toMatchObject({ region: 'x', authUrl: 'https://a.example.com' });
    expect(settingsOf(withKind(draftOf(odd), 'docker')).authUrl).toBeUndefined();
  });
  it('asks for the secret again when it would go somewhere else', () => {
    expect(keepsSecret(draftOf(known), known)).toBe(true);
    expect(keepsSecret({ ...draftOf(known), name: 'Other' }, known)).toBe(true);
    for (const change of [
      { host: 'other' },
      { plainHttp: true },
      { authUrl: 'https://x' },
      { certificates: 'x' },
    ])
      expect(keepsSecret({ ...draftOf(known), ...change }, known)).toBe(false);
    expect(keepsSecret(draftOf(known), { ...known, hasSecret: false })).toBe(false);
    expect(keepsSecret(EMPTY_DRAFT, undefined)).toBe(false);
  });
  it('finds every key in a text', () => {
    const key = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----';
    expect(readKeys(`${key}\n\n${key}`)).toEqual([`${key}\n`, `${key}\n`]);
    expect(readKeys('no key')).toEqual([]);
    expect(settingsOf({ ...draftOf(known), signingKeys: key }).signingKeys).toHaveLength(1);
    expect('signingKeys' in settingsOf(draftOf(known))).toBe(false);
  });
  it('sends a manual schedule without a span, and no number of tags for "all"', () => {
    const settings = settingsOf({ ...draftOf(known), everyMs: undefined, newestTags: '' });
    expect(settings.schedule).toEqual({ kind: 'manual' });
    expect('newestTags' in settings).toBe(false);
  });
});

describe('filters', () => {
  it('are one a line, with any tag where none is written', () => {
    expect(readFilters(' shop/*:v2.* \n\nplatform/web\nx:\n')).toEqual([
      { repository: 'shop/*', tag: 'v2.*' },
      { repository: 'platform/web', tag: '*' },
      { repository: 'x', tag: '*' },
    ]);
  });
  it('read back as they are printed, and are never more than the API takes', () => {
    const filters = readFilters('a:b\nc/d:e');
    expect(readFilters(printFilters(filters))).toEqual(filters);
    expect(readFilters('a\n'.repeat(500))).toHaveLength(64);
  });
});

describe('a run', () => {
  it('has a share only when it is known how much there is', () => {
    expect(progressOf({ run: RUN })).toBeUndefined();
    expect(progressOf({ run: { ...RUN, images: 8, scanned: 1, unchanged: 2, failed: 1 } })).toBe(0.5);
    expect(progressOf({ run: { ...RUN, images: 2, scanned: 9 } })).toBe(1);
  });
  it('is under way while it lists and scans', () => {
    expect(
      ['never', 'listing', 'scanning', 'done', 'cancelled', 'failed'].filter((state) =>
        isRunning({ run: { ...RUN, state: state as 'done' } }),
      ),
    ).toEqual(['listing', 'scanning']);
  });
});
