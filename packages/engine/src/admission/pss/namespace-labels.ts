// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionMode } from '@bartizan/contracts';
import { PSS_LEVELS, PSS_MINOR_LATEST, type PssLevel } from './rules.ts';

/** A level as of a version of Kubernetes. */
export interface PssPolicy {
  readonly level: PssLevel;
  readonly minor: number;
}
/** What the labels of a namespace ask for, and which of them cannot be read. */
export interface PssNamespace {
  readonly enforce: PssPolicy;
  readonly audit: PssPolicy;
  readonly warn: PssPolicy;
  readonly faults: readonly { readonly label: string; readonly value: string }[];
}

const PREFIX = 'pod-security.kubernetes.io/';
const PRIVILEGED: PssPolicy = { level: 'privileged', minor: PSS_MINOR_LATEST };
/** Without labels nothing is asked. */
export const PSS_PRIVILEGED: PssNamespace = {
  enforce: PRIVILEGED,
  audit: PRIVILEGED,
  warn: PRIVILEGED,
  faults: [],
};

const levelOf = (text: string): PssLevel | undefined => PSS_LEVELS.find((level) => level === text);
const labelOf = (labels: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;
const minorOf = (text: string): number | undefined => {
  if (text === 'latest') return PSS_MINOR_LATEST;
  const [, minor] = /^v1\.(0|[1-9]\d{0,5})$/.exec(text) ?? [];
  return minor === undefined ? undefined : Number(minor);
};

interface Read {
  readonly policy: PssPolicy;
  readonly isNamed: boolean;
  readonly isRead: boolean;
  readonly versioned: boolean;
}

/**
 * Reads the labels of a namespace as Kubernetes does: a level of enforce that cannot be read is restricted, of audit
 * and warn it is privileged; a version that cannot be read is the latest; warn follows a stricter enforce.
 */
export function pssNamespace(
  labels: Readonly<Record<string, string>>,
  defaults: PssNamespace = PSS_PRIVILEGED,
): PssNamespace {
  const faults: { label: string; value: string }[] = [];
  const read = (mode: AdmissionMode): Read => {
    const label = `${PREFIX}${mode}`;
    const level = labelOf(labels, label);
    const version = labelOf(labels, `${label}-version`);
    const minor = version === undefined ? defaults[mode].minor : minorOf(version);
    const known = level === undefined ? defaults[mode].level : levelOf(level);
    if (level !== undefined && known === undefined) faults.push({ label, value: level });
    if (version !== undefined && minor === undefined)
      faults.push({ label: `${label}-version`, value: version });
    return {
      policy: {
        level: known ?? (mode === 'enforce' ? 'restricted' : 'privileged'),
        minor: minor ?? PSS_MINOR_LATEST,
      },
      isNamed: level !== undefined,
      isRead: known !== undefined,
      versioned: version !== undefined,
    };
  };
  const [enforce, audit, warn] = [read('enforce'), read('audit'), read('warn')];
  const stricter = PSS_LEVELS.indexOf(enforce.policy.level) > PSS_LEVELS.indexOf(warn.policy.level);
  const follows = !warn.isNamed && enforce.isNamed && enforce.isRead && stricter;
  return {
    enforce: enforce.policy,
    audit: audit.policy,
    warn: follows
      ? { level: enforce.policy.level, minor: warn.versioned ? warn.policy.minor : enforce.policy.minor }
      : warn.policy,
    faults,
  };
}
