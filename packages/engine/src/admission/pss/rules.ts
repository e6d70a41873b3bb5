// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionMode, AdmissionRule } from '@bartizan/contracts';
import { BASELINE } from './baseline.ts';
import type { PssControl } from './control.ts';
import { RESTRICTED } from './restricted.ts';

/** Levels of the Pod Security Standards. */
export const PSS_LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type PssLevel = (typeof PSS_LEVELS)[number];

/** Newest minor version 1.x whose controls are known; newer ones are judged by it. */
export const PSS_MINOR_LATEST = 37;

/** All controls, baseline first. */
export const PSS_CONTROLS: readonly PssControl[] = [...BASELINE, ...RESTRICTED];

const versionFor = ({ versions }: PssControl, minor: number) =>
  versions.findLast(({ from }) => from <= minor);

/** The controls that hold at a level and version: restricted takes the place of some of baseline. */
function controlsFor(level: PssLevel, minor: number): readonly PssControl[] {
  if (level === 'privileged') return [];
  const levels: readonly PssControl[] = level === 'baseline' ? BASELINE : PSS_CONTROLS;
  const inForce = levels.filter((control) => versionFor(control, minor) !== undefined);
  const replaced = new Set(inForce.flatMap(({ replaces = [] }) => replaces));
  return inForce.filter(({ id, level: own }) => own === 'restricted' || !replaced.has(id));
}

function ruleOf(control: PssControl, minor: number, mode: AdmissionMode): AdmissionRule | undefined {
  const version = versionFor(control, minor);
  if (version === undefined) return undefined;
  const { id, level, title, message, severity, fix } = control;
  return {
    id: `pss.${level}.${id}`,
    title,
    description: {
      en: `Control of the Pod Security Standards, level ${level}, as of Kubernetes 1.${minor}.`,
      ja: `Pod Security Standards の ${level} レベルの項目です（Kubernetes 1.${minor} 時点）。`,
    },
    severity,
    effect: 'deny',
    order: 1000,
    stages: ['ci', 'admission', 'audit'],
    mode,
    match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
    condition: version.violatedBy,
    // The API server refuses what it cannot decode; until then nobody says it is safe.
    whenUnknown: 'deny',
    message,
    fix: { action: fix.action, ...(fix.patch === undefined ? {} : { patch: [...fix.patch] }) },
    control: ['k01-workload-configuration', 'k04-policy-enforcement'],
    owasp: { 2022: ['K01', 'K04'], 2025: ['K01', 'K04'] },
    attack: ['T1611'],
    references: [`PSS ${level} 1.${minor}`],
    tests: { mustViolate: [], mustPass: [] },
  };
}

/** The rules of a level of the Pod Security Standards as of Kubernetes 1.MINOR. */
export function pssRules(
  level: PssLevel,
  minor: number = PSS_MINOR_LATEST,
  mode: AdmissionMode = 'enforce',
): AdmissionRule[] {
  const known = Math.min(minor, PSS_MINOR_LATEST);
  return controlsFor(level, known).flatMap((control) => ruleOf(control, known, mode) ?? []);
}
