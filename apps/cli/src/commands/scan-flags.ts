// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';

/** Forms for people and programs that show findings. */
export const FINDING_FORMATS = [
  'table',
  'json',
  'yaml',
  'csv',
  'sarif',
  'junit',
  'gitlab',
  'gitlab-quality',
  'github',
] as const;

/** Forms a scan can take: findings first, then bills of materials. */
export const SCAN_FORMATS = [...FINDING_FORMATS, 'cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'] as const;
export type ScanFormat = (typeof SCAN_FORMATS)[number];

/** What can be scanned. */
export type ScanKind = 'host' | 'dir' | 'image' | 'sbom' | 'registry' | 'container';

/** What a scan of a host or folder can look for. */
export const SCANNERS = ['vuln', 'secret'] as const;
export type ScannerName = (typeof SCANNERS)[number];

/** What a scan of an image can look for. */
export const IMAGE_SCANNERS = [...SCANNERS, 'hygiene'] as const;
export type ImageScannerName = (typeof IMAGE_SCANNERS)[number];

/** Options of every `scan`. */
export interface ScanFlags {
  readonly output: ScanFormat;
  readonly pack?: string;
  readonly failOn?: Severity;
  /** `os/architecture[/variant]` of an image, several with commas, or `all`. */
  readonly platform?: string;
  /** Folder in which what was read from layers is kept. */
  readonly cache?: string;
  /** Files with statements about vulnerabilities. */
  readonly vex: readonly string[];
  /** Licences and categories that are refused, and the only ones that are not, where there are any. */
  readonly denyLicense?: readonly string[];
  readonly allowLicense?: readonly string[];
  /** With `failOn`: an incomplete scan is no failure. */
  readonly allowIncomplete: boolean;
  /** `FORM=FILE`: one more report beside what is shown. */
  readonly report?: readonly string[];
  /** Files with risks that somebody answers for. */
  readonly exceptions?: readonly string[];
  readonly baseline?: string;
  readonly writeBaseline?: string;
}

/** Options of a scan of a host or folder. */
export interface TreeScanFlags extends ScanFlags {
  readonly scanners: readonly ScannerName[];
}

/** What is looked for in an image. */
export interface LookFlags extends ScanFlags {
  readonly scanners?: readonly ImageScannerName[];
  /** Files with checksums of harmful files. */
  readonly malwareHashes?: readonly string[];
  /** Images that it may be built on. */
  readonly base?: readonly string[];
  /** Image that it could be built on instead. */
  readonly newBase?: string;
}
