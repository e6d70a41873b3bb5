// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  apiVersionOf,
  type KubeClient,
  type KubeError,
  type KubeObject,
  type Resource,
} from '@bartizan/adapters/kube';
import { err, ok, type Result } from '@bartizan/contracts';
import { canonicalJson } from '@bartizan/engine';
import type { PlannedReport } from '../../report-ports.ts';
import { labelSelectorOf, listLabelled } from '../labelled-objects.ts';

/** The two kinds of one API: of a namespace, and of the whole cluster. */
interface ReportApi {
  readonly inNamespace: Resource;
  readonly ofCluster: Resource;
  /** Whether a report says where it comes from; in the other API only its results do. */
  readonly hasSource: boolean;
}
interface Parts {
  readonly client: KubeClient;
  readonly instance: string;
}
/** What became of the reports. */
export interface KeptReports {
  /** API that was written; undefined: none is served. */
  readonly api: string | undefined;
  readonly reports: number;
  readonly results: number;
  /** The last of what could not be done. */
  readonly error?: KubeError;
}
interface Known {
  readonly content: string;
  readonly resourceVersion: string;
}

const api = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  hasSource: boolean,
): ReportApi => ({
  inNamespace: { group, version, kind, plural, isNamespaced: true },
  ofCluster: { group, version, kind: `Cluster${kind}`, plural: `cluster${plural}`, isNamespaced: false },
  hasSource,
});
/** The one that is served is written; where both are, the newer. */
export const REPORT_APIS: readonly ReportApi[] = [
  api('openreports.io', 'v1alpha1', 'Report', 'reports', true),
  api('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport', 'policyreports', false),
];
export const LEFT_OUT = 'policy.bartizan.dev/results-left-out';

/** Keeps reports of ours in the cluster as they shall be, and removes those that nobody wants any more. */
export class ReportKeeper {
  readonly #parts: Parts;
  /** What was written, and how the API server named that version: another one was changed by somebody. */
  readonly #written = new Map<string, Known>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Brings the reports in the cluster to these, in the API that is served; none of the other stay. */
  async keep(reports: readonly PlannedReport[]): Promise<KeptReports> {
    const served = await this.#served();
    if (!served.ok) return { api: undefined, reports: 0, results: 0, error: served.error };
    const chosen = served.value;
    if (chosen === undefined) return { api: undefined, reports: 0, results: 0 };
    let error: KubeError | undefined;
    const kept = { reports: 0, results: 0 };
    const wanted = new Set<string>();
    const there = await this.#ours([chosen]);
    if (!there.ok) error = there.error;
    for (const report of reports) {
      const resource = report.namespace === '' ? chosen.ofCluster : chosen.inNamespace;
      const key = keyOf(resource, report.namespace, this.#name);
      wanted.add(key);
      // Where nobody knows what is there, what we wrote counts as there: it is not written again and again.
      const live = there.ok
        ? there.value.get(key)?.object.meta.resourceVersion
        : this.#written.get(key)?.resourceVersion;
      const put = await this.#put({ key, resource, hasSource: chosen.hasSource }, report, live);
      if (put.ok) {
        kept.reports += 1;
        kept.results += report.results.length;
      }
      // The namespace is gone: its objects will be, too.
      else if (put.error.code !== 'E_KUBE_MISSING') error = put.error;
    }
    const pruned = await this.#prune((key) => !wanted.has(key));
    if (!pruned.ok) error = pruned.error;
    return { api: apiVersionOf(chosen.inNamespace), ...kept, ...(error === undefined ? {} : { error }) };
  }

  /** Removes all of them, in every API. */
  removeAll(): Promise<Result<void, KubeError>> {
    return this.#prune(() => true);
  }

  get #name(): string {
    return `bartizan-${this.#parts.instance}`;
  }

  get #labels(): Readonly<Record<string, string>> {
    return {
      'app.kubernetes.io/managed-by': 'bartizan',
      'app.kubernetes.io/instance': this.#parts.instance,
    };
  }

  async #served(): Promise<Result<ReportApi | undefined, KubeError>> {
    for (const one of REPORT_APIS) {
      const asked = await this.#parts.client.list({ ...one.inNamespace, metadataOnly: true }, { limit: 1 });
      if (asked.ok) return ok(one);
      if (asked.error.code !== 'E_KUBE_MISSING') return asked;
    }
    return ok(undefined);
  }

  async #put(
    {
      key,
      resource,
      hasSource,
    }: { readonly key: string; readonly resource: Resource; readonly hasSource: boolean },
    { namespace, summary, results, leftOut }: PlannedReport,
    live: string | undefined,
  ): Promise<Result<void, KubeError>> {
    const place = { name: this.#name, ...(namespace === '' ? {} : { namespace }) };
    const object = {
      metadata: { ...place, labels: this.#labels, annotations: { [LEFT_OUT]: String(leftOut) } },
      ...(hasSource ? { source: 'bartizan' } : {}),
      summary,
      results,
    };
    const content = createHash('sha256').update(canonicalJson(object)).digest('base64');
    const known = this.#written.get(key);
    if (known !== undefined && known.content === content && known.resourceVersion === live)
      return ok(undefined);
    const applied = await this.#parts.client.apply(resource, object, place, { force: true });
    if (!applied.ok) {
      this.#written.delete(key);
      return applied;
    }
    this.#written.set(key, { content, resourceVersion: applied.value.meta.resourceVersion });
    return ok(undefined);
  }

  async #prune(isLeft: (key: string) => boolean): Promise<Result<void, KubeError>> {
    const there = await this.#ours(REPORT_APIS);
    if (!there.ok) return there;
    let failed: KubeError | undefined;
    for (const [key, { resource, object }] of there.value) {
      if (!isLeft(key)) continue;
      const { name, namespace, uid } = object.meta;
      const place = { name, ...(namespace === '' ? {} : { namespace }) };
      const removed = await this.#parts.client.remove(resource, place, uid);
      this.#written.delete(key);
      if (!removed.ok && removed.error.code !== 'E_KUBE_MISSING') failed = removed.error;
    }
    return failed === undefined ? ok(undefined) : err(failed);
  }

  /** Reports in the cluster that carry our labels. An API that is not served has none. */
  async #ours(
    apis: readonly ReportApi[],
  ): Promise<
    Result<ReadonlyMap<string, { readonly resource: Resource; readonly object: KubeObject }>, KubeError>
  > {
    const found = new Map<string, { readonly resource: Resource; readonly object: KubeObject }>();
    for (const resource of apis.flatMap(({ inNamespace, ofCluster }) => [inNamespace, ofCluster])) {
      const listed = await this.#listed(resource);
      if (!listed.ok) return listed;
      for (const object of listed.value)
        found.set(keyOf(resource, object.meta.namespace, object.meta.name), { resource, object });
    }
    return ok(found);
  }

  async #listed(resource: Resource): Promise<Result<readonly KubeObject[], KubeError>> {
    const named = { ...resource, metadataOnly: true } as const;
    const listed = await listLabelled(this.#parts.client, named, labelSelectorOf(this.#labels));
    if (!listed.ok) return listed.error.code === 'E_KUBE_MISSING' ? ok([]) : listed;
    return ok(listed.value.filter((one) => this.#isOurs(one)));
  }

  /** A selector that a server does not heed removes nothing of others. */
  #isOurs({ raw }: KubeObject): boolean {
    const metadata: unknown = raw['metadata'];
    const labels: unknown =
      typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'labels') : {};
    return (
      typeof labels === 'object' &&
      labels !== null &&
      Object.entries(this.#labels).every(([name, value]) => Reflect.get(labels, name) === value)
    );
  }
}

const keyOf = ({ group, kind }: Resource, namespace: string, name: string): string =>
  `${group}/${kind}/${namespace}/${name}`;
