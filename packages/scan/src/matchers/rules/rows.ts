// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdvisoryRow } from '../../advisories/row.ts';
import type { RuleInput, Subject } from '../model.ts';

/** A rule that leaves a row out, with the reason. */
export type RowRule = (row: AdvisoryRow, subject: Subject, input: RuleInput) => string | undefined;

/** Rule 14: a withdrawn advisory matches nothing; its tombstone closes what it once opened. */
export const withdrawn: RowRule = (row) =>
  row.withdrawn === undefined ? undefined : `withdrawn ${row.withdrawn.slice(0, 10)}`;

/** Builds of a module say so in their release: `2.5.9-110.module+el8.6.0+15956+aa803fc1`. */
const isModular = (version: string): boolean => version.includes('.module');

/** Where the source does not name the module: builds of modules and others are never held against each other. */
const unnamedModule = (row: AdvisoryRow, subject: Subject): string | undefined => {
  const isRowModular = row.fixed?.some(isModular) === true;
  if (row.fixed === undefined || isRowModular === isModular(subject.version)) return undefined;
  return isRowModular
    ? 'it fixes builds of a module, and the package is of none'
    : 'it fixes builds outside of modules, and the package is of one';
};

/** Rule 5: an advisory for a module speaks only about packages of the same module and stream. */
export const moduleStream: RowRule = (row, subject) => {
  if (subject.scheme !== 'rpm') return undefined;
  if (row.module === undefined) return unnamedModule(row, subject);
  const own = subject.package.module?.split(':').slice(0, 2).join(':');
  if (own === row.module) return undefined;
  return own === undefined
    ? `it is about module ${row.module}, and the package is of none`
    : `it is about module ${row.module}, and the package is of ${own}`;
};

/** What every RHEL image has, whatever else it was built from. */
const BASE_SYSTEM = /^cpe:\/[oa]:redhat:(?:enterprise_linux|rhel):\d+(?:::(?:baseos|appstream))?(?:$|:)/;

/** Rule 6: an advisory for content sets counts only where one of them is the image's; without a list, the base system's only. */
export const contentSet: RowRule = (row, subject, { context }) => {
  if (row.cpes === undefined || subject.scheme !== 'rpm') return undefined;
  const own = context.contentSets;
  const isOurs = row.cpes.some((cpe) => (own === undefined ? BASE_SYSTEM.test(cpe) : own.includes(cpe)));
  return isOurs ? undefined : `it is about ${row.cpes[0]}, which this image is not built from`;
};

/** Rule 13: a rolling distribution writes fixed version 0 for what its package never had. */
export const neverAffected: RowRule = (row) =>
  row.fixed?.length === 1 && row.fixed[0] === '0' ? 'the source says: never affected' : undefined;

/** Rule 19: what a source only guesses is left out unless asked for, and is marked then. */
export const declaredOnly: RowRule = (row, _subject, { context }) =>
  row.confidence === 'low' && context.takesGuesses !== true
    ? 'the source only guesses that it is about this package'
    : undefined;

const NO_CODE = new Map<string | undefined, string>([
  ['translations', 'translations'],
  ['documentation', 'documentation'],
]);

/**
 * Rule 24: a distribution that keys by source package says nothing about its binaries one by one. What holds nothing
 * but translations or documentation holds none of the code; the other binaries of the source keep their findings.
 */
export const noCode: RowRule = (row, { package: found }) => {
  const holds = NO_CODE.get(found.role);
  return holds === undefined || row.kind === 'malicious'
    ? undefined
    : `${found.name} holds ${holds}, and none of the code of ${found.sourceName ?? found.name}`;
};

/** `linux-libc-dev`, `linux-headers-6.1.0-18-amd64`, and what rpm calls `kernel-headers`. */
const KERNEL_HEADERS = /^(?:linux-libc-dev|linux-headers-.+|kernel-(?:.+-)?headers)$/;
const KERNEL_SOURCE = /^(?:linux|kernel)(?:-|$)/;

/** Rule 25: headers are built from the source of the kernel, but the kernel that runs is another, and judged by itself. */
export const kernelHeaders: RowRule = (row, { package: found }) =>
  row.kind !== 'malicious' &&
  KERNEL_HEADERS.test(found.name) &&
  KERNEL_SOURCE.test(found.sourceName ?? found.name)
    ? `${found.name} holds headers of the kernel: the kernel that runs is judged by itself`
    : undefined;
