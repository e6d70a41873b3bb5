// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';
import { lengthMs, subjectOf } from './requests.ts';

/** Runs a command line without a server: what is wrong with it is said before one is asked. */
const bartizan = (words: readonly string[], language: Language = 'en') =>
  runCommand(['access', ...words], {
    language,
    env: { BARTIZAN_SERVER: '127.0.0.1:1', BARTIZAN_TOKEN: 'bzk_x', BARTIZAN_CA_SHA256: 'x' },
    checkout: '',
  });
const MORE = ['--for', '30m', '--reason', 'because'];

describe('access request', () => {
  it.each([
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['90s', 90_000],
    ['0m', undefined],
    ['1d', undefined],
    ['-5m', undefined],
    ['m', undefined],
    ['9999999h', undefined],
  ])('takes %s as a length, or not', (text, ms) => {
    expect(lengthMs(text)).toBe(ms);
  });

  it.each([
    ['ann', { kind: 'User', name: 'ann' }],
    ['Group/a/b', { kind: 'Group', name: 'a/b' }],
    ['ServiceAccount/shop/web', { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
    ['ServiceAccount/web', undefined],
    ['User/', undefined],
  ])('takes %s as a subject, or not', (text, subject) => {
    expect(subjectOf(text)).toEqual(subject);
  });

  it.each([
    [['request', 'ServiceAccount/x', '--role', 'view', ...MORE], 'ServiceAccount/x is not User/x'],
    [['request', 'ann', '--role', 'view', '--for', 'soon', '--reason', 'x'], 'soon is not a length'],
    [['request', 'ann', ...MORE], 'give --role, or both'],
    [['request', 'ann', '--verb', 'get', ...MORE], 'give --role, or both'],
    [['request', 'ann', '--role', 'view', '--verb', 'get', '--resource', 'pods', ...MORE], 'give --role'],
    [['requests', '-o', 'manifests'], 'name it'],
  ])('%j is a usage error', async (words, said) => {
    const { exitCode, stderr } = await bartizan(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
  });

  it('says so in Japanese', async () => {
    expect((await bartizan(['request', 'ann', ...MORE], 'ja')).stderr).toContain('両方を指定してください');
  });
});
