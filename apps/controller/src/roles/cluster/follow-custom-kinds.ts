// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient, WatchCondition, WatchTiming } from '@bartizan/adapters/kube';
import { type AdmissionRuleSet, type CustomKind, customPodPaths } from '@bartizan/engine/admission';
import type { ObjectChange } from '../../decide/admission/cluster-audit.ts';
import type { CustomAudit, CustomFacts } from '../../decide/admission/custom-coverage.ts';
import type { PolicyBook } from '../../decide/admission/policy-book.ts';
import type { ClusterStatus, Log, Owner } from '../../ports.ts';
import type { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { CustomKinds } from '../../sense/kubernetes/custom-kinds.ts';
import { type CustomChange, CustomObjects, type CustomState } from '../../sense/kubernetes/custom-objects.ts';

interface Parts {
  readonly client: KubeClient;
  readonly state: ClusterState;
  readonly book: PolicyBook;
  readonly owner: Owner;
  readonly log: Log;
  /** Takes objects that are to be judged. */
  readonly take: (change: ObjectChange) => void;
  /** What is known of custom kinds is another than before. */
  readonly onStatus: () => void;
  readonly timing?: Partial<WatchTiming>;
}

/** Kinds whose objects are followed: a stream and their objects in memory for each. */
const FOLLOWED_MAX = 100;
const NAMES_MAX = 100;
/** All objects of the kind are known. */
const READ: ReadonlySet<CustomAudit['audit']> = new Set(['followed', 'listed']);
/** Roles change in bursts, and take a moment to hold. */
const RIGHTS_MS = 1_000;
const RIGHTS = new Set(['ClusterRole', 'ClusterRoleBinding']);

const nameOf = ({ group, resource }: Pick<CustomKind, 'group' | 'resource'>): string =>
  `${group}/${resource}`;

const CONDITIONS: Readonly<
  Record<WatchCondition, Exclude<CustomAudit['audit'], 'listed' | 'no-room' | 'not-asked'>>
> = {
  unknown: 'connecting',
  synced: 'followed',
  behind: 'behind',
  'not-permitted': 'not-permitted',
  'not-served': 'not-served',
};

function auditOf({ condition, leftOut, isPolled }: CustomState): CustomAudit['audit'] {
  if (condition !== 'synced') return CONDITIONS[condition];
  return leftOut > 0 ? 'no-room' : isPolled === true ? 'listed' : 'followed';
}

/** Kinds that rules judge which are in force for what exists. */
function namedBy({ rules }: AdmissionRuleSet): ReadonlySet<string> {
  const asked = rules.filter(
    ({ rule, variants }) => rule.stages.includes('audit') && variants.some(({ mode }) => mode !== 'off'),
  );
  return new Set(asked.flatMap(({ rule }) => rule.match.resources));
}

/** A change of a custom kind, as those take it who judge. Whoever made it, it is judged itself. */
function objectChange({ resource, meta, object }: CustomChange): ObjectChange {
  const { group, version, kind, plural } = resource;
  return {
    ...{ group, version, kind, resource: plural, namespace: meta.namespace, name: meta.name, uid: meta.uid },
    ...(object === undefined ? {} : { object: object.raw }),
  };
}

/** Custom kinds: where they keep pods is told to the rules, and those that hold pods, or that rules name, are judged as they exist. */
export class FollowedKinds {
  readonly #parts: Parts;
  readonly #kinds: CustomKinds;
  readonly #objects: CustomObjects;
  readonly #settled: Promise<void>;
  #noRoom: readonly CustomKind[] = [];
  #using: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isFollowing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kinds = new CustomKinds({ state: parts.state, onChange: () => this.#use() });
    this.#objects = new CustomObjects({
      ...parts,
      onChange: (change) => parts.take(objectChange(change)),
      onState: parts.onStatus,
    });
    this.#settled = this.#kinds.settled.then(() => this.#using);
    void this.#settled.then(() => {
      this.#isFollowing = this.#kinds.isSettled;
    });
    parts.book.listen(({ cluster, tenant }) => {
      if (cluster === parts.owner.cluster && tenant === parts.owner.tenant) this.#follow();
    });
    parts.state.listen({
      onChange: ({ kind, meta }) => {
        if (kind === 'CustomResourceDefinition') this.#objects.again();
        if (!RIGHTS.has(kind) || meta.name.startsWith('system:')) return;
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#objects.again();
        }, RIGHTS_MS).unref();
      },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** When rules know where custom kinds keep pods, or nobody may tell. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** Whether no kind is being read for the first time; one that cannot be read is told, and does not hold up the others. */
  isKnown(): boolean {
    const states = this.#objects.states();
    return (
      this.#isFollowing &&
      states.every(({ condition, code }) => condition !== 'unknown' || code !== undefined)
    );
  }

  /** Whether an object of such a kind that is not known is not there: none is beyond what may be read and finds room. */
  isWhole(kind: string): boolean {
    const read = this.#objects
      .states()
      .every((state) => state.resource.kind !== kind || READ.has(auditOf(state)));
    return read && this.#noRoom.every((one) => one.kind !== kind);
  }

  /** Whether it is known which custom kinds there are. */
  areDefined(): boolean {
    return this.#kinds.condition()?.condition === 'synced';
  }

  /** What is known of custom kinds, for the coverage of rules. */
  facts(): CustomFacts {
    const definitions = this.#kinds.condition();
    const condition = CONDITIONS[definitions?.condition ?? 'unknown'];
    return {
      definitions: condition === 'followed' ? 'known' : condition,
      ...(definitions?.code === undefined ? {} : { code: definitions.code }),
      kinds: this.#kinds.all(),
      leftOut: this.#kinds.leftOut,
      audits: [...this.#audits(), ...this.#noRoom.map((kind) => ({ ...NO_ROOM, resource: nameOf(kind) }))],
    };
  }

  status(): NonNullable<ClusterStatus['customKinds']> {
    const audits = this.#audits();
    const refused = audits.filter(({ audit }) => audit === 'not-permitted');
    return {
      followed: audits.filter(({ audit }) => audit === 'followed' || audit === 'listed').length,
      notPermitted: refused.slice(0, NAMES_MAX).map(({ resource }) => resource),
      noRoom: this.#noRoom.length + audits.filter(({ audit }) => audit === 'no-room').length,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#kinds.close();
    await this.#objects.stop();
    await this.#using;
  }

  #audits(): CustomAudit[] {
    return this.#objects.states().map((state) => ({
      resource: `${state.resource.group}/${state.resource.plural}`,
      audit: auditOf(state),
      ...{ objects: state.objects, leftOut: state.leftOut },
      ...(state.code === undefined ? {} : { code: state.code }),
    }));
  }

  /** One after the other: of two changes the later one holds. */
  #use(): void {
    const { book, log, onStatus } = this.#parts;
    this.#using = this.#using
      .then(() => book.usePodPaths(customPodPaths(this.#kinds.all())))
      .then(() => this.#follow())
      .catch((cause: unknown) => log.error({ err: cause }, 'custom kinds could not be taken in'))
      .then(onStatus);
  }

  #follow(): void {
    const set = this.#parts.book.held(this.#parts.owner)?.set;
    if (set === undefined || this.#isClosed) return;
    const named = namedBy(set);
    const wanted = this.#kinds
      .all()
      .filter(
        (kind) => set.podPaths.has(nameOf(kind)) || named.has(nameOf(kind)) || named.has(`${kind.group}/*`),
      )
      .toSorted((one, two) => (nameOf(one) < nameOf(two) ? -1 : 1));
    this.#noRoom = wanted.slice(FOLLOWED_MAX);
    this.#objects.follow(
      wanted.slice(0, FOLLOWED_MAX).map(({ group, version, kind, resource: plural, isNamespaced }) => ({
        ...{ group, version, kind, plural, isNamespaced },
      })),
    );
  }
}

const NO_ROOM = { audit: 'no-room', objects: 0, leftOut: 0 } as const;
