// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isKeyedBySource } from '../../distribution/namespace.ts';
import type { Subject } from '../model.ts';

/** A rule that says by which name and version a package is looked up and compared. */
export type SubjectRule = (subject: Subject) => Subject;

/** Rule 2: Debian, Ubuntu, Alpine and SUSE key by source package and compare its version; the others by binary name. */
export const sourcePackage: SubjectRule = (subject) => {
  const { package: found } = subject;
  if (!isKeyedBySource(found.ecosystem)) return subject;
  const name = found.sourceName ?? found.name;
  const version = found.sourceVersion ?? found.version;
  if (name === found.name && version === found.version) return subject;
  return {
    ...subject,
    name,
    version,
    steps: [
      {
        step: 'package',
        rule: 'match.source-package',
        detail: {
          en: `${found.name} ${found.version} is built from source package ${name} ${version}, by which ${found.ecosystem} keys its advisories`,
          ja: `${found.name} ${found.version} はソースパッケージ ${name} ${version} から作られたもので、${found.ecosystem} の勧告はこの名前で引く`,
        },
      },
    ],
  };
};

const withoutEpoch = (version: string): string => version.replace(/^\d+:/, '');

/**
 * Rule 4: a missing epoch is 0 where both sides come from one feed. The file name of a source rpm has no epoch, so that
 * against a source version the epoch is dropped on both sides.
 */
export const sourceEpoch: SubjectRule = (subject) => {
  const isSourceRpm = subject.scheme === 'rpm' && isKeyedBySource(subject.package.ecosystem);
  if (!isSourceRpm || subject.version === subject.package.version) return subject;
  const { compare } = subject;
  return {
    ...subject,
    compare: (left, right) => compare(withoutEpoch(left), withoutEpoch(right)),
    steps: [
      ...subject.steps,
      {
        step: 'comparator',
        rule: 'match.epoch',
        detail: {
          en: 'versions of source rpms carry no epoch: it is left out on both sides',
          ja: 'ソース rpm のバージョンにはエポックがないため、両側で除いて比較',
        },
      },
    ],
  };
};
