// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IMAGE_SCAN_STATES, type ImageScan } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certaintyOf,
  findingsOfImage,
  imageName,
  layerCommand,
  shortDigest,
  splitReference,
} from './image-facts.ts';

const scan = (more: Partial<ImageScan>): ImageScan => ({ state: 'done', reasons: [], ...more });

describe('how far the findings of an image are known', () => {
  it('is known only when the content was read and held against advisories', () => {
    expect(certaintyOf(scan({ scannedAtMs: 1, matchedAtMs: 2 }))).toEqual({ certainty: 'known' });
    expect(certaintyOf(scan({ scannedAtMs: 1 }))).toEqual({ certainty: 'unknown', doubt: 'unmatched' });
    expect(certaintyOf(undefined)).toEqual({ certainty: 'unknown', doubt: 'never' });
  });
  it.each(IMAGE_SCAN_STATES)('is never "known" for %s without a result', (state) => {
    const { certainty, doubt } = certaintyOf(scan({ state }));
    expect(certainty).toBe('unknown');
    expect(doubt).toBe(['queued', 'scanning', 'failed'].includes(state) ? state : 'never');
  });
  it('is "at least" when the scan was incomplete, or the last one failed after an earlier result', () => {
    const result = { scannedAtMs: 1, matchedAtMs: 2 };
    expect(certaintyOf(scan({ ...result, state: 'incomplete' }))).toEqual({
      certainty: 'at-least',
      doubt: 'incomplete',
    });
    expect(certaintyOf(scan({ ...result, state: 'failed' }))).toEqual({
      certainty: 'at-least',
      doubt: 'outdated',
    });
    expect(certaintyOf(scan({ ...result, state: 'scanning' })).certainty).toBe('known');
  });
});

describe('names of images', () => {
  it('are split where container tools split them', () => {
    expect(splitReference('registry.example.com:5000/shop/web:1')).toEqual({
      host: 'registry.example.com:5000',
      rest: 'shop/web:1',
    });
    expect(splitReference('localhost/web')).toEqual({ host: 'localhost', rest: 'web' });
    expect(splitReference('library/debian:12')).toEqual({ host: '', rest: 'library/debian:12' });
    expect(splitReference('debian:12')).toEqual({ host: '', rest: 'debian:12' });
  });
  it('lose nothing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const { host, rest } = splitReference(text);
        expect(host === '' ? rest : `${host}/${rest}`).toBe(text);
      }),
      { seed: 20261128, numRuns: 300 },
    );
  });
  it('fall back to the digest', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    expect(imageName({ references: [], digest })).toBe('abababababab');
    expect(shortDigest('sha512:xyz')).toBe('sha512:xyz');
    expect(findingsOfImage(digest, 'state:open')).toBe(`workload:${digest} state:open`);
  });
});

describe('the line that made a layer', () => {
  it.each([
    ['/bin/sh -c #(nop) ADD file:4b1b in / ', 'ADD', 'file:4b1b in /'],
    ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
    ['RUN /bin/sh -c npm ci # buildkit', 'RUN', 'npm ci'],
    ['RUN |1 A=b /bin/sh -c make # buildkit', 'RUN', 'make'],
    ['COPY . . # buildkit', 'COPY', '. .'],
    ['ENV A=1', 'ENV', 'A=1'],
    ['bazel build ...', '', 'bazel build ...'],
    ['', '', ''],
  ])('%j', (command, word, rest) => {
    expect(layerCommand(command)).toEqual({ word, rest });
  });
});
