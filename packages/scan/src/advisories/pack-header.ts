// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject } from '../json/fields.ts';
import {
  type EcosystemStatus,
  PACK_FORMAT,
  type PackHeader,
  PREFIX_BYTES,
  readCoverage,
} from './pack-format.ts';
import type { Layout, PackBytes } from './pack-layout.ts';

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** Whether every value of an object passes; false when it is no object. */
const everyValue = (value: unknown, test: (item: unknown) => boolean): boolean => {
  const object = asObject(value);
  return object !== undefined && Object.values(object).every(test);
};

const isSource = (value: unknown): boolean => {
  const source = asObject(value);
  return (
    isText(source?.['name']) &&
    isCount(source['rows']) &&
    ['date', 'licence', 'missing'].every((field) => isOptionalText(source[field]))
  );
};

const isEcosystem = (value: unknown): boolean => {
  const status = asObject(value);
  return (
    isCount(status?.['rows']) &&
    isCount(status['packages']) &&
    ['newestOn', 'missing'].every((field) => isOptionalText(status[field]))
  );
};

/** Whether a value is a header as it is stored, that is without what the coverage bytes say. */
const isStoredHeader = (value: unknown): value is PackHeader => {
  const header = asObject(value);
  if (header === undefined || header['format'] !== PACK_FORMAT) return false;
  return (
    isText(header['builtAt']) &&
    !Number.isNaN(Date.parse(header['builtAt'])) &&
    (header['kind'] === 'full' || header['kind'] === 'sample') &&
    ['rows', 'cves', 'kevEntries', 'refused'].every((field) => isCount(header[field])) &&
    ['note', 'epssOn'].every((field) => isOptionalText(header[field])) &&
    everyValue(header['ecosystems'], isEcosystem) &&
    everyValue(header['life'], (releases) =>
      everyValue(releases, (life) => everyValue(life, isOptionalText)),
    ) &&
    isTextList(header['noData']) &&
    Array.isArray(header['sources']) &&
    header['sources'].every(isSource)
  );
};

/** The header with what the coverage bytes say; undefined when it is none. */
export const parseHeader = (source: PackBytes, layout: Layout): PackHeader | undefined => {
  let header: unknown;
  try {
    header = JSON.parse(source.readAt(PREFIX_BYTES, layout.headerBytes).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isStoredHeader(header)) return undefined;
  const coverage = source.readAt(PREFIX_BYTES + layout.headerBytes, layout.namespaces);
  const names = Object.entries(header.ecosystems);
  if (names.length !== coverage.length) return undefined;
  const ecosystems: Record<string, EcosystemStatus> = {};
  for (const [at, [name, status]] of names.entries()) {
    const covered = readCoverage(coverage[at] ?? 0);
    if (covered === undefined) return undefined;
    ecosystems[name] = { ...status, ...covered };
  }
  return { ...header, ecosystems };
};
