// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import { exactly, type Finding, type Image, ok, type Package, type Scope } from '@bartizan/contracts';
import { type Origin, originOf, readExpression, rebase } from '@bartizan/scan';
import type { AdvisoryDesk, BaseDesk } from '../../ports.ts';
import { collectPages } from './list-query.ts';

export interface BaseParts {
  readonly store: Store;
  readonly advisories: AdvisoryDesk;
  readonly bases?: BaseDesk;
}

const FINDINGS_MAX = 20_000;
/** Findings that are listed one by one; all of them are counted. */
const LISTED_MAX = 200;
const LICENCES_MAX = 500;
const EXAMPLES_MAX = 5;

type Listed = Pick<Finding, 'vulnerability' | 'package' | 'severity'>;

/** A flaw of a package stays the same flaw when the package has another version that has it too. */
const flawOf = ({ vulnerability, package: found }: Listed): string =>
  [vulnerability?.id, found?.ecosystem.split(':')[0], found?.name].join('\n');

const listed = (findings: readonly Listed[]) =>
  findings.slice(0, LISTED_MAX).map(({ vulnerability, package: found, severity }) => ({
    vulnerability: vulnerability?.id ?? '',
    package: found?.name ?? '',
    version: found?.version ?? '',
    severity,
  }));

/** What an image is built on, which findings that brought, and what its newer version would change. */
export async function baseReport(
  { store, advisories, bases }: BaseParts,
  scope: Scope,
  { image, record }: { readonly image: Image; readonly record: ScanRecord | undefined },
) {
  const base = bases?.baseOf(image);
  const layers = (image.layers ?? []).map(({ diffId }) => diffId);
  const origin = originOf(base && { how: base.how, ...countOf(base.layers) }, layers);
  const open = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [exactly('workload', image.digest), exactly('state', 'open')], limit: FINDINGS_MAX },
    FINDINGS_MAX,
  );
  if (!open.ok) return open;
  const findings: Record<Origin, number> = { base: 0, own: 0, unknown: 0 };
  for (const { location, package: found } of open.value.items)
    findings[origin(location?.layer ?? found?.layer)] += 1;
  const answer = { ...(base === undefined ? {} : { base }), findings };
  const newer = bases?.newerOf(image, base) ?? { state: 'unknown' as const, reason: 'no-base' as const };
  if (newer.state !== 'newer') {
    const reason = newer.state === 'unknown' ? { reason: newer.reason } : {};
    return ok({ ...answer, newer: newer.state, ...reason });
  }
  const { digest, reference, createdAtMs } = newer;
  const place = { digest, reference, ...(createdAtMs === 0 ? {} : { createdAtMs }) };
  const theirs = await store.scans.ofWorkload(scope, digest);
  if (!theirs.ok) return theirs;
  if (record === undefined || theirs.value === undefined || base?.layers === undefined)
    return ok({ ...answer, newer: 'newer' as const, newBase: place, reason: 'not-read' as const });
  const after = await advisories.match({
    owner: { cluster: image.cluster, tenant: image.tenant },
    subject: { workload: image.digest, kind: 'Image', namespace: '', name: image.digest },
    distribution: theirs.value.distribution,
    packages: rebase(record.packages, origin, theirs.value.packages),
  });
  if (!after.ok) return after;
  const isComplete = [record, theirs.value].every(({ incomplete }) => incomplete.length === 0);
  const effect = effectOf(open.value.items, after.value.findings);
  return ok({ ...answer, newer: 'newer' as const, newBase: { ...place, effect: { ...effect, isComplete } } });
}

const countOf = (layers: number | undefined): { readonly layers?: number } =>
  layers === undefined ? {} : { layers };

/** Open findings about packages before, against those of the packages afterwards. */
function effectOf(before: readonly Finding[], after: readonly Finding[]) {
  const was = before.filter(({ vulnerability }) => vulnerability !== undefined);
  const will = after.filter(({ vulnerability }) => vulnerability !== undefined);
  const [wasThere, willBe] = [new Set(was.map(flawOf)), new Set(will.map(flawOf))];
  const removed = was.filter((finding) => !willBe.has(flawOf(finding)));
  const added = will.filter((finding) => !wasThere.has(flawOf(finding)));
  return {
    removes: removed.length,
    adds: added.length,
    keeps: was.length - removed.length,
    removed: listed(removed),
    added: listed(added),
  };
}

/** The licences of the packages of an image, the most frequent first; a package may be under several. */
export function licenceReport(packages: readonly Package[], isComplete: boolean) {
  const found = new Map<string, string[]>();
  let undeclared = 0;
  for (const { name, licenses = [] } of packages) {
    if (licenses.length === 0) undeclared += 1;
    for (const licence of new Set(licenses)) {
      const names = found.get(licence) ?? [];
      names.push(name);
      found.set(licence, names);
    }
  }
  const all = [...found].sort(
    ([left, ones], [right, others]) => others.length - ones.length || (left < right ? -1 : 1),
  );
  return {
    packages: packages.length,
    undeclared,
    isComplete,
    kinds: all.length,
    licences: all.slice(0, LICENCES_MAX).map(([licence, names]) => ({
      licence: licence.slice(0, 512),
      isStandard: readExpression(licence) !== undefined,
      packages: names.length,
      examples: [...new Set(names)].sort().slice(0, EXAMPLES_MAX),
    })),
  };
}

/** The image with its base, as lists and pages show it. */
export function withBase(image: Image, bases: BaseDesk | undefined): Image {
  const base = bases?.baseOf(image);
  if (base?.layers === undefined) return image;
  const { layers, reference, digest } = base;
  return {
    ...image,
    base: {
      layers,
      ...(reference === undefined ? {} : { reference }),
      ...(digest === undefined ? {} : { digest }),
    },
    ...(image.layers === undefined
      ? {}
      : { layers: image.layers.map((layer, at) => (at < layers ? { ...layer, base: true } : layer)) }),
  };
}
