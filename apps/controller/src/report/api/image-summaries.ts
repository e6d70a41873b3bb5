// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListState, Store } from '@bartizan/adapters/store';
import { exactly, type Image, ok, type ResponseOf, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import { countsAsText, inChunks } from './terms.ts';

type Summary = ResponseOf<'image.list'>['items'][number];

/** Workloads looked at for an image that was never read itself. */
export const RUNNERS_MAX = 20;

/** Whose findings are those of an image: its own once it was read, else those of what runs it. */
const subjectsOf = (image: Image): readonly string[] =>
  image.scan?.catalogueVersion === undefined ? image.usedBy.slice(0, RUNNERS_MAX) : [image.digest];

/** Adds to images what is wrong with them, and with which pack they were last matched. */
export async function summarizeImages(
  store: Store,
  scope: Scope,
  images: readonly Image[],
): Promise<Result<Summary[], ApiFailure>> {
  const subjects = [...new Set(images.flatMap(subjectsOf))];
  const severities = await countFindings(store, scope, subjects, 'severity');
  if (!severities.ok) return severities;
  const fixes = await countFindings(store, scope, subjects, 'fixState');
  if (!fixes.ok) return fixes;
  const states = await store.scans.states(scope, subjects);
  if (!states.ok) return states;
  const bySubject = new Map(states.value.map((state) => [state.subject, state]));
  return ok(
    images.map((image) => {
      const own = subjectsOf(image);
      return {
        image: withMatch(listed(image), own.map((subject) => bySubject.get(subject)).find(Boolean)),
        openFindings: countsAsText(sumOf(own, severities.value)),
        fixable: sumOf(own, fixes.value).get('fixed') ?? 0,
      };
    }),
  );
}

/** An image as lists show it: its layers come when one asks for it. */
const listed = ({ layers: _layers, ...image }: Image): Image => image;

/** The image with when, and with what, its packages were last held against advisories. */
export function withMatch(image: Image, state: ListState | undefined): Image {
  const scan = image.scan ?? { state: 'never' as const, reasons: [] };
  if (state === undefined || state.matchedWith === '') return { ...image, scan };
  return {
    ...image,
    scan: {
      ...scan,
      matchedWith: state.matchedWith,
      ...(state.matchedAtMs === undefined ? {} : { matchedAtMs: state.matchedAtMs }),
    },
  };
}

type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

function sumOf(subjects: readonly string[], counts: Counts): Map<string, number> {
  const sum = new Map<string, number>();
  for (const subject of subjects)
    for (const [value, count] of counts.get(subject) ?? []) sum.set(value, (sum.get(value) ?? 0) + count);
  return sum;
}

/** Open findings by subject and one field. */
async function countFindings(
  store: Store,
  scope: Scope,
  subjects: readonly string[],
  field: 'severity' | 'fixState',
): Promise<Result<Counts, ApiFailure>> {
  const found = new Map<string, Map<string, number>>();
  for (const part of inChunks(subjects)) {
    const counts = await store.findings.countBy(scope, `workload,${field}`, {
      filter: [exactly('workload', ...part), exactly('state', 'open')],
      limit: 1,
    });
    if (!counts.ok) return counts;
    for (const [key, count] of counts.value) {
      const comma = key.lastIndexOf(',');
      const subject = key.slice(0, comma);
      const values = found.get(subject) ?? new Map<string, number>();
      values.set(key.slice(comma + 1), count);
      found.set(subject, values);
    }
  }
  return ok(found);
}
