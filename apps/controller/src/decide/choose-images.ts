// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry } from '@bartizan/contracts';

type Filters = Pick<Registry, 'includes' | 'excludes'>;

/** Whether a glob fits a text: `*` is any run of characters, `?` is one. Linear in both, whatever they hold. */
export function fitsGlob(glob: string, text: string): boolean {
  let at = 0;
  let here = 0;
  let star = -1;
  let resume = 0;
  while (here < text.length) {
    if (at < glob.length && glob[at] === '*') {
      star = at;
      at += 1;
      resume = here;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[here])) {
      at += 1;
      here += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      here = resume;
    } else return false;
  }
  while (glob[at] === '*') at += 1;
  return at === glob.length;
}

const isGlob = (text: string): boolean => /[*?]/.test(text);
const EVERYTHING: Filters['includes'] = [{ repository: '*', tag: '*' }];
const includesOf = ({ includes }: Filters): Filters['includes'] =>
  includes.length === 0 ? EVERYTHING : includes;

/** The repositories that the filters name outright; undefined when one of them is a glob, so that a list is needed. */
export function namedRepositories(filters: Filters): readonly string[] | undefined {
  const names = includesOf(filters).map(({ repository }) => repository);
  return names.some(isGlob) ? undefined : [...new Set(names)];
}

/** The repositories of which some tag can be chosen. */
export const chooseRepositories = (filters: Filters, repositories: readonly string[]): string[] =>
  repositories.filter(
    (name) =>
      includesOf(filters).some(({ repository }) => fitsGlob(repository, name)) &&
      !filters.excludes.some(({ repository, tag }) => tag === '*' && fitsGlob(repository, name)),
  );

/** The tags of a repository that the filters choose. */
export function chooseTags(filters: Filters, repository: string, tags: readonly string[]): string[] {
  const fits = (list: Filters['includes'], tag: string): boolean =>
    list.some((one) => fitsGlob(one.repository, repository) && fitsGlob(one.tag, tag));
  return tags.filter((tag) => fits(includesOf(filters), tag) && !fits(filters.excludes, tag));
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

/** Whether an image of a platform is wanted; `linux/arm` also means `linux/arm/v7`, and `all` everything. */
export const wantsPlatform = (wanted: readonly string[], platform: string): boolean =>
  wanted.length === 0 ||
  platform === '' ||
  wanted.some((one) => one === 'all' || platform === one || platform.startsWith(`${one}/`));
