// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADMISSION_FIELDS, fieldNamed, fieldPath, imageReference, isUnknown, quantity } from '../index.ts';
import { Evaluation } from './evaluation.ts';

describe('image references', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest', true],
    ['nginx:1.27', 'docker.io/library/nginx:1.27', true],
    ['team/app', 'docker.io/team/app:latest', true],
    ['index.docker.io/library/nginx:1', 'docker.io/library/nginx:1', true],
    ['localhost/app', 'localhost/app:latest', true],
    ['localhost:5000/app:2', 'localhost:5000/app:2', true],
    ['REG.Example.org/App', 'reg.example.org/App:latest', false],
    ['Reg.Example.org:443/app', 'reg.example.org/app:latest', true],
    ['reg.example.org./app:1', 'reg.example.org/app:1', true],
    [`a.b/c:1@sha256:${'0'.repeat(64)}`, `a.b/c:1@sha256:${'0'.repeat(64)}`, true],
    [`c@sha256:${'0'.repeat(64)}`, `docker.io/library/c@sha256:${'0'.repeat(64)}`, true],
    ['dоcker.io/library/nginx', 'dоcker.io/library/nginx:latest', false],
    ['trusted.example.evil/app', 'trusted.example.evil/app:latest', true],
    ['a@sha256:xyz', 'docker.io/library/a@sha256:xyz', false],
    ['a//b', 'docker.io/a//b:latest', false],
    ['[::1]:5000/app', '[::1]:5000/app:latest', true],
  ])('%s is %s', (written, normalised, valid) => {
    expect(imageReference(written)).toMatchObject({ normalised, valid, raw: written });
  });

  it('come out the same when read again, and never fail', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z.:/@-]{1,40}$/)), (text) => {
        const once = imageReference(text);
        if (once.valid) expect(imageReference(once.normalised).normalised).toBe(once.normalised);
      }),
      { seed: 20261128, numRuns: 2000 },
    );
  });
});

describe('quantities', () => {
  it.each([
    ['100m', 0.1],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1e3', 1000],
    ['1E', 1e18],
    ['12', 12],
    [3, 3],
    ['.5', 0.5],
    ['-1k', -1000],
    ['1 Gi', undefined],
    ['1GiB', undefined],
    ['', undefined],
    [true, undefined],
  ])('%s is %s', (text, number) => {
    expect(quantity(text)).toBe(number);
  });
});

describe('field paths', () => {
  it('are written as kubectl writes them', () => {
    expect(fieldPath(['spec', 'containers', 0, 'securityContext', 'runAsUser'])).toBe(
      'spec.containers[0].securityContext.runAsUser',
    );
    expect(fieldPath(['metadata', 'annotations', 'example.org/x'])).toBe(
      'metadata.annotations[example.org/x]',
    );
  });
});

describe('the catalogue of fields', () => {
  it('has each name once, words in both languages, and CEL or an outside source where it can', () => {
    expect(new Set(ADMISSION_FIELDS.map(({ name }) => name)).size).toBe(ADMISSION_FIELDS.length);
    for (const { name, phrase } of ADMISSION_FIELDS) {
      expect(name).toMatch(/^[a-zA-Z]+(\.[a-zA-Z]+)*$/);
      expect(phrase.en).toMatch(/^[a-zA-Z(/]/);
      expect(phrase.ja).not.toBe('');
    }
    const native = ADMISSION_FIELDS.filter(({ cel }) => cel !== undefined).length;
    expect(native / ADMISSION_FIELDS.length).toBeGreaterThan(0.5);
  });

  it('reads any path of the pod or the object', () => {
    const object = { spec: { a: [{ b: 'x' }, { b: 1 }], c: { d: true } } };
    const request = {
      operation: 'CREATE',
      group: '',
      resource: 'pods',
      subResource: '',
      kind: 'Pod',
      namespace: '',
      name: '',
      object,
    } as const;
    const root = new Evaluation(request, {}, { nowMs: 0 });
    const read = (name: string) => fieldNamed(name)?.read(root);
    expect(read('pod.path/a/*/b')).toEqual(['x', '1']);
    expect(read('pod.path/a/1/b')).toBe(1);
    expect(read('pod.path/c/d')).toBe(true);
    expect(read('pod.path/c')).toEqual(['d']);
    expect(read('pod.path/x/y')).toBeUndefined();
    expect(read('object.path/spec/c/d')).toBe(true);
    expect(fieldNamed('pod.path/')).toBeUndefined();
    expect(isUnknown(fieldNamed('serviceAccount.riskTags')?.read(root))).toBe(true);
  });
});
