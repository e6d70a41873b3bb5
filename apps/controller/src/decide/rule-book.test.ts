// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Condition, DetectionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { loadKnowledge } from './rule-book.ts';

const quiet = (): void => undefined;
const loaded = loadKnowledge(join(import.meta.dirname, '../../../../content'), {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
});
if (!loaded.ok) throw new Error(loaded.error.detail);
const { rules, watchedPaths } = loaded.value.configuration;

/** Levels above a file at which the sensor still knows a watched folder (native/sensor/src/watch.rs). */
const PARENTS = 4;

/** Whether the sensor tells an open of `path` by this line: told by a whole path, as watch.rs compares it. */
function tells(line: string, path: string): boolean {
  const isFloating = line.startsWith('**/');
  const isBelow = line.endsWith('/');
  const parts = line
    .slice(isFloating ? 3 : 1)
    .replace(/\/$/, '')
    .split('/');
  const found = path.slice(1).split('/');
  const spare = found.length - parts.length;
  if (spare < (isBelow ? 1 : 0)) return false;
  const holdsAt = (start: number): boolean =>
    parts.every((part, at) => part === '*' || part === found[start + at]);
  if (!isFloating) return (isBelow || spare === 0) && holdsAt(0);
  const first = isBelow ? Math.max(0, spare - PARENTS) : spare;
  for (let start = first; start <= spare - (isBelow ? 1 : 0); start += 1) if (holdsAt(start)) return true;
  return false;
}
const isTold = (path: string, lines: readonly string[] = watchedPaths): boolean =>
  lines.some((line) => tells(line, path));

/** Patterns of `file.path` by which a rule finds something: not those by which it leaves something out. */
function pathsOf(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(pathsOf);
  if ('any' in condition) return condition.any.flatMap(pathsOf);
  if ('not' in condition || condition.field !== 'file.path') return [];
  return [condition.value].flat().map(String);
}

/** Files that a pattern means: one in the home folder of an ordinary user, and the shortest. */
const instances = (pattern: string): string[] =>
  ['/home/app/', '/x/'].map((home) => pattern.replace(/^\*\//, home).replaceAll('*', 'x'));

const ofFiles = rules.filter(({ triggers }) => triggers.includes('file-open'));
const asked = (rule: DetectionRule): string[] => [
  ...pathsOf(rule.condition).flatMap(instances),
  ...rule.tests.mustMatch.map(({ facts }) => String(facts['file.path'])),
];

describe('what agents watch', () => {
  it.each(ofFiles.map((rule): [string, DetectionRule] => [rule.id, rule]))(
    'holds every file that %s asks for: what is not watched is never told',
    (_id, rule) => {
      expect(asked(rule).length).toBeGreaterThan(1);
      expect(asked(rule).filter((path) => !isTold(path))).toEqual([]);
    },
  );

  it.each([
    ['the key of an ordinary user', '/home/node/.ssh/id_ed25519'],
    ['a login key on a host', '/home/ubuntu/.ssh/authorized_keys'],
    ['a home folder elsewhere', '/var/lib/jenkins/.aws/credentials'],
    ['cron of Alpine, where /var/spool/cron/crontabs is a link', '/etc/crontabs/root'],
    ['files of the node through a mount', '/host/etc/cron.d/later'],
  ])('holds %s', (_name, path) => expect(isTold(path)).toBe(true));

  it('is compared as the sensor compares it', () => {
    const told = (line: string, path: string): boolean => isTold(path, [line]);
    expect(told('/etc/shadow', '/etc/shadow')).toBe(true);
    expect(told('/etc/shadow', '/srv/etc/shadow')).toBe(false);
    expect(told('/etc/cron.d/', '/etc/cron.d')).toBe(false);
    expect(told('/etc/cron.d/', '/etc/cron.d/a/b')).toBe(true);
    expect(told('/*/etc/shadow', '/host/etc/shadow')).toBe(true);
    expect(told('/*/etc/shadow', '/mnt/host/etc/shadow')).toBe(false);
    expect(told('**/.ssh/', '/home/me/.ssh/id_rsa')).toBe(true);
    expect(told('**/.azure/', '/home/me/.azure/1/2/3/x')).toBe(true);
    expect(told('**/.azure/', '/home/me/.azure/1/2/3/4/x')).toBe(false);
    expect(told('**/.kube/config', '/home/me/.kube/cache/config')).toBe(false);
  });

  it('has no more paths than an agent takes, in the form that its sensor reads', () => {
    expect(watchedPaths.length).toBeLessThanOrEqual(1000);
    for (const line of watchedPaths) expect(line).toMatch(/^(\*\*)?(\/(\*|[\w.-]+))*\/(?!\*)[\w.-]+\/?$/);
  });
});
