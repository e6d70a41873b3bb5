// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Import } from './imports.ts';

type Paths = string | readonly string[];
interface From {
  readonly path?: string;
  readonly pathNot?: string;
}
interface To {
  readonly path?: string;
  /** `$1` stands for the first group of what the importer's path matched. */
  readonly pathNot?: Paths;
  readonly dependencyTypes?: readonly string[];
  readonly dependencyTypesNot?: readonly string[];
  readonly circular?: boolean;
}
/** One ban of .dependency-cruiser.json. */
export interface Ban {
  readonly name: string;
  readonly from: From;
  readonly to: To;
}

const READ: Readonly<Record<'from' | 'to', readonly string[]>> = {
  from: ['path', 'pathNot'],
  to: ['path', 'pathNot', 'dependencyTypes', 'dependencyTypesNot', 'circular'],
};

/** What a ban says that is not read here: left out, the ban would mean something else. */
export const unreadParts = (bans: readonly Ban[]): string[] =>
  bans.flatMap((ban) =>
    (['from', 'to'] as const).flatMap((side) =>
      Object.keys(ban[side])
        .filter((key) => !READ[side].includes(key))
        .map((key) => `${ban.name}: ${side}.${key}`),
    ),
  );

/** Number of the group each module is in: two are in the same one if each leads to the other (Tarjan, without recursion). */
function circles(imports: readonly Import[]): Map<string, number> {
  const next = Map.groupBy(imports, ({ from }) => from);
  const found = new Map<string, number>();
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (start: string): void => {
    const path: { module: string; at: number }[] = [];
    const enter = (module: string): void => {
      order.set(module, order.size);
      lowest.set(module, order.size - 1);
      open.push(module);
      path.push({ module, at: 0 });
    };
    const lower = (module: string, to: number): void => {
      lowest.set(module, Math.min(lowest.get(module) ?? to, to));
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { module } = top;
      const to = next.get(module)?.[top.at]?.to;
      top.at += 1;
      if (to !== undefined) {
        const seen = order.get(to);
        if (seen === undefined) enter(to);
        else if (!found.has(to)) lower(module, seen);
        continue;
      }
      path.pop();
      const low = lowest.get(module) ?? 0;
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.module, low);
      if (low !== order.get(module)) continue;
      for (const member of open.splice(open.lastIndexOf(module))) found.set(member, low);
    }
  };
  for (const module of next.keys()) if (!order.has(module)) visit(module);
  return found;
}

const some = (paths: Paths): readonly string[] => (typeof paths === 'string' ? [paths] : paths);

/** Imports that a ban forbids, as `ban: from -> to`. */
export function layerFaults(bans: readonly Ban[], imports: readonly Import[]): string[] {
  const circleOf = circles(imports);
  const isCircular = ({ from, to }: Import): boolean => circleOf.get(from) === circleOf.get(to);
  return bans.flatMap(({ name, from, to }) => {
    const fromPath = new RegExp(from.path ?? '');
    const fromNot = from.pathNot === undefined ? undefined : new RegExp(from.pathNot);
    const toPath = new RegExp(to.path ?? '');
    const isBanned = (edge: Import): boolean => {
      const groups = fromPath.exec(edge.from);
      if (groups === null || fromNot?.test(edge.from) === true || !toPath.test(edge.to)) return false;
      const allowed = some(to.pathNot ?? []).map((path) =>
        path.replaceAll(/\$(\d)/g, (_, at: string) =>
          (groups[Number(at)] ?? '').replaceAll(/[^\w/-]/g, '\\$&'),
        ),
      );
      if (allowed.some((path) => new RegExp(path).test(edge.to))) return false;
      const has = (types: readonly string[]): boolean => edge.types.some((type) => types.includes(type));
      if (to.dependencyTypes !== undefined && !has(to.dependencyTypes)) return false;
      if (to.dependencyTypesNot !== undefined && has(to.dependencyTypesNot)) return false;
      return to.circular === undefined || to.circular === isCircular(edge);
    };
    return [...new Set(imports.filter(isBanned).map((edge) => `${name}: ${edge.from} -> ${edge.to}`))];
  });
}
