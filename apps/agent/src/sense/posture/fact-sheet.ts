// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lstatSync, statSync } from 'node:fs';
import type { FactValue } from '@bartizan/contracts';
import { type ReadFailure, readNames, readText } from '@bartizan/host';

const FACT_JSON_MAX = 65_536;
const ITEMS_MAX = 512;
const FILE_BYTES_MAX = 1024 * 1024;

/** Facts of one subject as they are found; what could not be found is kept with its reason. */
export class FactSheet {
  readonly facts: Record<string, string> = {};
  readonly unknown: Record<string, string> = {};

  set(name: string, value: FactValue): void {
    const bounded = Array.isArray(value) ? value.slice(0, ITEMS_MAX).map((one) => one.slice(0, 4096)) : value;
    const json = JSON.stringify(bounded);
    if (json.length <= FACT_JSON_MAX) this.facts[name] = json;
    else this.setUnknown(name, 'the value is too long');
  }

  setUnknown(name: string, reason: string): void {
    this.unknown[name] = reason.slice(0, 512);
  }

  /** Sets the fact when there is a value, and says why when there is none. */
  setOr(name: string, value: FactValue | undefined, reason: string): void {
    if (value === undefined) this.setUnknown(name, reason);
    else this.set(name, value);
  }
}

/** Why a file could not be read, in words. */
export const failureText = ({ kind, path }: ReadFailure): string => `${path}: ${kind}`;

/** Where a path of the host lies below the root of the survey. */
export const below = (root: string, path: string): string => (root === '/' ? path : `${root}${path}`);

/** Content of a small text file; undefined when it cannot be read. */
export const fileText = (root: string, path: string): string | undefined => {
  const content = readText(below(root, path), FILE_BYTES_MAX, true);
  return content.ok ? content.value : undefined;
};

/** Names in a folder, sorted; none when it cannot be read. */
export const folderNames = (root: string, path: string): string[] => {
  const names = readNames(below(root, path), 10_000);
  return names.ok ? names.value.sort() : [];
};

/** What the file system says of a path itself. */
export interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Rights of a path; links are followed where asked. Undefined when there is nothing. */
export const rightsOf = (root: string, path: string, follow = false): Rights | undefined => {
  try {
    const entry = follow ? statSync(below(root, path)) : lstatSync(below(root, path));
    return {
      mode: entry.mode & 0o7777,
      uid: entry.uid,
      gid: entry.gid,
      isFile: entry.isFile(),
      isFolder: entry.isDirectory(),
    };
  } catch {
    return undefined;
  }
};

/** "path mode uid:gid", the form of all file facts. */
export const rightsText = (path: string, { mode, uid, gid }: Rights): string =>
  `${path} ${mode.toString(8).padStart(4, '0')} ${uid}:${gid}`;

/** Lines without comments and blanks. */
export const plainLines = (content: string): string[] =>
  content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
