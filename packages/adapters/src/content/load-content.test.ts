// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAdmissionRules, loadContent, loadMalware, loadSecretRules } from './load-content.ts';

const CONTENT = resolve(import.meta.dirname, '../../../../content');

describe('loadContent', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-content-'));
    for (const part of ['detections', 'posture', 'frameworks', 'lifecycle.json'])
      cpSync(join(CONTENT, part), join(folder, part), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reads everything the repository ships', () => {
    const content = loadContent(CONTENT);
    expect(content).toMatchObject({ ok: true, value: { refused: [] } });
    if (!content.ok) return;
    expect(content.value.rules.length).toBeGreaterThanOrEqual(12);
    expect(content.value.checks.length).toBeGreaterThanOrEqual(25);
    expect(content.value.controls.length).toBe(13);
    expect(content.value.lifecycle?.windows.length).toBeGreaterThan(10);
  });

  it('names the file and the place of a fault, and keeps the rest', () => {
    writeFileSync(join(folder, 'detections/broken.json'), '{"id":"broken"');
    writeFileSync(join(folder, 'detections/wrong.json'), '{"id":"UPPER"}');
    const content = loadContent(folder);
    if (!content.ok) throw new Error(content.error.detail);
    expect(content.value.refused.map(({ file }) => file)).toEqual([
      'detections/broken.json',
      'detections/wrong.json',
    ]);
    expect(content.value.rules.length).toBeGreaterThanOrEqual(12);
  });

  it('refuses a file that is too large', () => {
    writeFileSync(join(folder, 'posture/large.json'), ' '.repeat(1024 * 1024 + 1));
    const content = loadContent(folder);
    expect(content).toMatchObject({ ok: true, value: { refused: [{ file: 'posture/large.json' }] } });
  });

  it('refuses a folder without rules', () => {
    expect(loadContent(join(folder, 'nothing'))).toMatchObject({ ok: false, error: { code: 'E_CONTENT' } });
  });
});

describe('loadSecretRules', () => {
  it('reads every rule the repository ships', () => {
    const loaded = loadSecretRules(CONTENT);
    expect(loaded).toMatchObject({ ok: true, value: { refused: [] } });
    if (loaded.ok) expect(loaded.value.rules.length).toBeGreaterThanOrEqual(60);
  });

  it('keeps the good rules beside a bad one, and refuses a folder without any', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-secrets-'));
    try {
      expect(loadSecretRules(folder)).toMatchObject({ ok: false, error: { code: 'E_CONTENT' } });
      cpSync(join(CONTENT, 'secrets'), join(folder, 'secrets'), { recursive: true });
      writeFileSync(join(folder, 'secrets/wrong.json'), '{"id":"UPPER"}');
      const loaded = loadSecretRules(folder);
      if (!loaded.ok) throw new Error(loaded.error.detail);
      expect(loaded.value.refused.map(({ file }) => file)).toEqual(['secrets/wrong.json']);
      expect(loaded.value.rules.length).toBeGreaterThanOrEqual(60);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('loadAdmissionRules', () => {
  it('reads every rule the repository ships, keeps the good ones beside a bad one, refuses a folder without any', () => {
    const loaded = loadAdmissionRules(CONTENT);
    expect(loaded).toMatchObject({ ok: true, value: { refused: [] } });
    if (loaded.ok) expect(loaded.value.rules.length).toBeGreaterThanOrEqual(60);
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-admission-'));
    try {
      expect(loadAdmissionRules(folder)).toMatchObject({ ok: false, error: { code: 'E_CONTENT' } });
      cpSync(join(CONTENT, 'admission'), join(folder, 'admission'), { recursive: true });
      writeFileSync(join(folder, 'admission/wrong.json'), '{"id":"UPPER"}');
      const mixed = loadAdmissionRules(folder);
      expect(mixed.ok && mixed.value.refused.map(({ file }) => file)).toEqual(['admission/wrong.json']);
      expect(mixed.ok && mixed.value.rules.length).toBe(loaded.ok && loaded.value.rules.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('loadMalware', () => {
  it('reads every signature and checksum the repository ships', () => {
    const loaded = loadMalware(CONTENT);
    expect(loaded).toMatchObject({ ok: true, value: { refused: [] } });
    if (!loaded.ok) return;
    expect(loaded.value.signatures.length).toBeGreaterThanOrEqual(10);
    expect(loaded.value.known.map(({ name }) => name)).toContain('EICAR test file');
  });

  it('names a bad file and a missing list, and refuses a folder without any signature', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-malware-'));
    try {
      expect(loadMalware(folder)).toMatchObject({ ok: false, error: { code: 'E_CONTENT' } });
      cpSync(join(CONTENT, 'malware'), join(folder, 'malware'), { recursive: true });
      rmSync(join(folder, 'malware/known-files.json'));
      writeFileSync(join(folder, 'malware/wrong.json'), '{"id":"UPPER"}');
      const loaded = loadMalware(folder);
      if (!loaded.ok) throw new Error(loaded.error.detail);
      expect(loaded.value.refused.map(({ file }) => file)).toEqual([
        'malware/wrong.json',
        'malware/known-files.json',
      ]);
      expect(loaded.value.known).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
