// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry } from '@bartizan/contracts';
import { compileWildcard } from '@bartizan/engine';

type Filters = Pick<Registry, 'includes' | 'excludes'>;

const fits = (pattern: string, text: string): boolean => compileWildcard(pattern)(text);

/** Whether a filter names more than one thing. */
const isOpen = (text: string): boolean => /[*?]/.test(text);
const EVERYTHING: Filters['includes'] = [{ repository: '*', tag: '*' }];
const includesOf = ({ includes }: Filters): Filters['includes'] =>
  includes.length === 0 ? EVERYTHING : includes;

/** The repositories that the filters name outright; undefined when one of them is a glob, so that a list is needed. */
export function namedRepositories(filters: Filters): readonly string[] | undefined {
  const names = includesOf(filters).map(({ repository }) => repository);
  return names.some(isOpen) ? undefined : [...new Set(names)];
}

/** The repositories of which some tag can be chosen. */
export const chooseRepositories = (filters: Filters, repositories: readonly string[]): string[] =>
  repositories.filter(
    (name) =>
      includesOf(filters).some(({ repository }) => fits(repository, name)) &&
      !filters.excludes.some(({ repository, tag }) => tag === '*' && fits(repository, name)),
  );

/** The tags of a repository that the filters choose. */
export function chooseTags(filters: Filters, repository: string, tags: readonly string[]): string[] {
  const isIn = (list: Filters['includes'], tag: string): boolean =>
    list.some((one) => fits(one.repository, repository) && fits(one.tag, tag));
  return tags.filter((tag) => isIn(includesOf(filters), tag) && !isIn(filters.excludes, tag));
}

/** The newest of some things: by time, those without one last; equals by name, later names first (versions mostly rise). */
export function newest<T extends { readonly name: string; readonly atMs: number | undefined }>(
  things: readonly T[],
  most: number,
): T[] {
  const order = new Intl.Collator('en', { numeric: true });
  return [...things]
    .sort((a, b) => (b.atMs ?? -1) - (a.atMs ?? -1) || order.compare(b.name, a.name))
    .slice(0, most);
}

export type WantedPlatforms = NonNullable<Registry['run']['platforms']>;

/** Architectures as nodes name them, where images name them otherwise. */
const SPELT: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  ia32: '386',
  aarch64: 'arm64',
  // No older one runs what tells it.
  arm: 'arm/v7',
  armv7l: 'arm/v7',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};
const PLATFORMS_MAX = 32;

/** Which images of an index are read: of the platforms that were set, else of those that nodes have; amd64 where none is known. */
export function wantedPlatforms(set: readonly string[], architectures: Iterable<string>): WantedPlatforms {
  if (set.length > 0) return { names: [...set], from: 'settings' };
  const names = [...architectures]
    .filter((name) => name !== '')
    .map((name) => `linux/${SPELT[name] ?? name}`);
  if (names.length === 0) return { names: ['linux/amd64'], from: 'fallback' };
  return { names: [...new Set(names)].sort().slice(0, PLATFORMS_MAX), from: 'nodes' };
}
