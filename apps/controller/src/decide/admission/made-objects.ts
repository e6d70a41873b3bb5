// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { listOf, textOf, type WatchCondition } from '@bartizan/adapters/kube';
import { at, hasEnded } from '../access/kept-object.ts';
import { keyOf, type ObjectChange } from './cluster-audit.ts';

interface Parts {
  /** How a kind is known: what names a maker of a kind that is not known yet waits for it. */
  readonly conditionOf: (kind: string) => WatchCondition | undefined;
  /** Takes what is to be judged; without its object, what is judged no more. */
  readonly judge: (change: ObjectChange) => void;
}
type ControllerName = NonNullable<ObjectChange['controller']>;
/** What is asked for what made it. */
export type MadeObject = Pick<ObjectChange, 'group' | 'kind' | 'namespace' | 'controller'>;
interface Maker {
  readonly uid: string;
  /** What it names as the one that made itself. */
  readonly controller: ControllerName | undefined;
  /** What its template gives to what it makes. */
  readonly powers: ReadonlySet<string>;
}

/** Which kinds make which in Kubernetes. An object may name any other as its controller: nobody checks that. */
const MAKERS_OF: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet', 'batch/Job'],
  'apps/ReplicaSet': ['apps/Deployment'],
  'batch/Job': ['batch/CronJob'],
};
const MAKERS: ReadonlySet<string> = new Set(Object.values(MAKERS_OF).flat());
const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];
/** What service meshes give to the containers that they add to pods. */
const ADDED_BY_MESHES: ReadonlySet<string> = new Set(['NET_ADMIN', 'NET_RAW']);

const kindOf = ({ group, kind }: Pick<ObjectChange, 'group' | 'kind'>): string => `${group}/${kind}`;

const isMadeBy = (made: string, controller: ControllerName): boolean =>
  MAKERS_OF[made]?.includes(kindOf(controller)) === true;

/** The pod that an object is, or makes. */
function podSpecOf({ kind, object }: ObjectChange): unknown {
  const spec = at(object, 'spec');
  if (kind === 'Pod') return spec;
  const maker = kind === 'CronJob' ? at(at(spec, 'jobTemplate'), 'spec') : spec;
  return at(at(maker, 'template'), 'spec');
}

function powersOfContainer(container: unknown): string[] {
  const context = at(container, 'securityContext');
  const added = listOf(at(at(context, 'capabilities'), 'add')).flatMap((name) => textOf(name) ?? []);
  return [
    ...(at(context, 'privileged') === true ? ['privileged'] : []),
    ...added.filter((name) => !ADDED_BY_MESHES.has(name)),
  ];
}

/** What lets a pod out of its container, and as whom it speaks. */
function powersOf(change: ObjectChange): ReadonlySet<string> {
  const spec = podSpecOf(change);
  const account = [at(spec, 'serviceAccountName'), at(spec, 'serviceAccount')].find(
    (name) => typeof name === 'string' && name !== '',
  );
  return new Set([
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => at(spec, name) === true),
    ...listOf(at(spec, 'volumes')).flatMap((volume) => {
      const path = at(at(volume, 'hostPath'), 'path');
      return path === undefined ? [] : [`path ${String(path)}`];
    }),
    ...CONTAINERS.flatMap((list) => listOf(at(spec, list)).flatMap(powersOfContainer)),
    `account ${String(account ?? 'default')}`,
  ]);
}

/** Whether it runs nothing any more, and makes nothing: revisions and runs that are kept have older templates. */
function isIdle({ kind, object }: ObjectChange): boolean {
  if (kind === 'Pod') return hasEnded(object);
  if (kind === 'ReplicaSet') return at(at(object, 'spec'), 'replicas') === 0;
  return listOf(at(at(object, 'status'), 'conditions')).some(
    (one) => ['Complete', 'Failed'].includes(String(at(one, 'type'))) && at(one, 'status') === 'True',
  );
}

const isBeingDeleted = (object: unknown): boolean =>
  at(at(object, 'metadata'), 'deletionTimestamp') !== undefined;

/**
 * Leaves out what only repeats the object that made it, which is judged itself. An object says by itself who made it, so
 * that is believed only of kinds that make it in Kubernetes, of a maker that is there with that uid, and as long as the
 * object is not given more than the template of the maker gives.
 */
export class MadeObjects {
  readonly #parts: Parts;
  readonly #makers = new Map<string, Maker>();
  /** Uid of each object that is left out. */
  readonly #leftOut = new Map<string, string>();
  /** By the key of the maker that is not known yet: what names it. */
  readonly #waiting = new Map<string, Map<string, ObjectChange>>();
  /** Key of an object that waits to the key of the maker. */
  readonly #waitsFor = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take(change: ObjectChange): void {
    const key = keyOf(change);
    this.#endWaiting(key);
    if (MAKERS.has(kindOf(change))) this.#noteMaker(key, change);
    this.#decide(key, change);
    if (this.#makers.has(key)) this.#release(key);
  }

  /** A kind is known, or cannot be: what waits for makers of it waits no more. */
  kindChanged(kind: string): void {
    for (const maker of [...this.#waiting.keys()]) if (maker.split('/')[1] === kind) this.#release(maker);
  }

  /** Name of the topmost object that made one, as far as those are known; undefined where nothing that is known did. */
  ownerOf(made: MadeObject): string | undefined {
    return this.#climb(made).top;
  }

  #noteMaker(key: string, change: ObjectChange): void {
    const { object, uid = '', controller } = change;
    // What it made goes after it, or is told anew without it: Kubernetes sees to that.
    if (object === undefined) this.#makers.delete(key);
    else this.#makers.set(key, { uid, controller, powers: powersOf(change) });
  }

  #release(maker: string): void {
    const waiting = this.#waiting.get(maker);
    this.#waiting.delete(maker);
    for (const [key, change] of waiting ?? []) {
      this.#waitsFor.delete(key);
      this.#decide(key, change);
    }
  }

  #endWaiting(key: string): void {
    const maker = this.#waitsFor.get(key);
    if (maker === undefined) return;
    this.#waitsFor.delete(key);
    this.#waiting.get(maker)?.delete(key);
  }

  #decide(key: string, change: ObjectChange): void {
    const { uid = '', object, namespace, controller } = change;
    if (object === undefined || controller === undefined || !isMadeBy(kindOf(change), controller))
      return this.#judge(key, change);
    const maker = this.#makerOf(controller, namespace);
    const isLeftOut =
      maker === undefined ? isBeingDeleted(object) && this.#leftOut.get(key) === uid : repeats(change, maker);
    if (isLeftOut) return this.#leaveOut(key, change);
    const { missing } = this.#climb(change);
    const condition = missing === undefined ? undefined : this.#parts.conditionOf(missing.kind);
    if (missing === undefined || (condition !== 'unknown' && condition !== 'behind'))
      return this.#judge(key, change);
    const name = keyOf({ ...missing, namespace });
    const waiting = this.#waiting.get(name) ?? new Map<string, ObjectChange>();
    this.#waiting.set(name, waiting.set(key, change));
    this.#waitsFor.set(key, name);
  }

  /** The maker that an object names, where it is there with that uid. */
  #makerOf({ uid, ...named }: ControllerName, namespace: string): Maker | undefined {
    const maker = this.#makers.get(keyOf({ ...named, namespace }));
    return maker !== undefined && maker.uid !== '' && maker.uid === uid ? maker : undefined;
  }

  /** From an object to what made it, and on to what made that: how far they are known, and which one is not. */
  #climb({ namespace, controller, ...made }: MadeObject): {
    readonly top: string | undefined;
    readonly missing: ControllerName | undefined;
  } {
    let top: string | undefined;
    let kind = kindOf(made);
    let above = controller;
    while (above !== undefined && isMadeBy(kind, above)) {
      const maker = this.#makerOf(above, namespace);
      if (maker === undefined) return { top, missing: above };
      top = above.name;
      kind = kindOf(above);
      above = maker.controller;
    }
    return { top, missing: undefined };
  }

  #judge(key: string, change: ObjectChange): void {
    this.#leftOut.delete(key);
    const owner = change.object === undefined ? undefined : this.ownerOf(change);
    this.#parts.judge(owner === undefined ? change : { ...change, owner });
  }

  /** What was judged before, until it got a maker, is judged no more. */
  #leaveOut(key: string, { object: _left, ...change }: ObjectChange): void {
    const { uid = '' } = change;
    if (this.#leftOut.get(key) === uid) return;
    this.#leftOut.set(key, uid);
    this.#parts.judge(change);
  }
}

const repeats = (change: ObjectChange, { powers }: Maker): boolean =>
  isIdle(change) || [...powersOf(change)].every((power) => powers.has(power));
