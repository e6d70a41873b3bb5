// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Packages that share the files of one path or directory. */
export interface PathOwner {
  /** Package URLs. */
  readonly packages: readonly string[];
  /** The packages are inside of the file: that it is in use does not say which of them is. */
  readonly isCoarse: boolean;
}

/** Which packages own which files of one file system: sorted hashes of paths, 12 bytes a path. Survives structured cloning. */
export interface PathTable {
  /** Hashes of paths (of directories with a `/` at the end), rising. */
  readonly hashes: Float64Array;
  /** For each hash the place in `owners`. */
  readonly places: Uint32Array;
  readonly owners: readonly PathOwner[];
  /** Paths left out because the table was full. */
  readonly dropped: number;
}

/** Paths kept of one file system. */
export const MAX_TABLE_PATHS = 500_000;
const HASH_HIGH = 2 ** 21;

/** /bin, /sbin and /lib are links into /usr today, and package lists name files by either spelling. */
const canonical = (path: string): string => (/^\/(?:bin|sbin|lib\w*)\//.test(path) ? `/usr${path}` : path);

/** 53 bits of a path, as one exact number. Two paths of a million collide with a chance of 1 in 18,000. */
export const pathHash = (path: string): number => {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 13;
  }
  return (high >>> 0) * HASH_HIGH + ((low ^ high) >>> 11);
};

/** Collects paths and makes the table. */
export class PathTableBuilder {
  readonly #places = new Map<number, number>();
  readonly #owners: PathOwner[] = [];
  #dropped = 0;

  /** Registers who owns the paths that are added with the number it gives. */
  owner(owner: PathOwner): number {
    return this.#owners.push(owner) - 1;
  }

  /** Adds a file, or with a `/` at the end everything below a directory. The first to claim a path keeps it. */
  add(path: string, owner: number): void {
    const hash = pathHash(canonical(path));
    if (this.#places.has(hash)) return;
    if (this.#places.size >= MAX_TABLE_PATHS) this.#dropped += 1;
    else this.#places.set(hash, owner);
  }

  build(): PathTable {
    const hashes = Float64Array.from(this.#places.keys()).sort();
    const places = Uint32Array.from(hashes, (hash) => this.#places.get(hash) ?? 0);
    return { hashes, places, owners: this.#owners, dropped: this.#dropped };
  }
}

/** A table of a few owners. */
export const pathTableOf = (
  entries: readonly { readonly paths: readonly string[]; readonly owner: PathOwner }[],
): PathTable => {
  const builder = new PathTableBuilder();
  for (const { paths, owner } of entries) {
    const place = builder.owner(owner);
    for (const path of paths) builder.add(path, place);
  }
  return builder.build();
};

const find = (table: PathTable, path: string): PathOwner | undefined => {
  const wanted = pathHash(path);
  let low = 0;
  let high = table.hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = table.hashes[middle] ?? 0;
    if (found === wanted) return table.owners[table.places[middle] ?? 0];
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
};

/** Python opens what it compiled and not what the package brought, and nobody lists what it compiled (PEP 3147). */
const COMPILED = /^(.*)\/__pycache__\/([^/.]+)\.[^/]+\.pyc$/;

const sourceOf = (path: string): string | undefined => {
  const [, folder, name] = COMPILED.exec(path) ?? [];
  return folder === undefined ? undefined : `${folder}/${name}.py`;
};

const MAX_DEPTH = 64;

/** Who owns a file: by its own path, else by the nearest directory that a package owns whole. */
export const ownerOfPath = (table: PathTable, path: string): PathOwner | undefined => {
  const whole = canonical(path);
  const source = sourceOf(whole);
  let found = find(table, whole) ?? (source === undefined ? undefined : find(table, source));
  let end = whole.lastIndexOf('/');
  for (let depth = 0; found === undefined && end > 0 && depth < MAX_DEPTH; depth += 1) {
    found = find(table, whole.slice(0, end + 1));
    end = whole.lastIndexOf('/', end - 1);
  }
  return found;
};

const CODE = /\.(?:so(?:\.[\w.]+)?|py|pyc|js|cjs|mjs|node|rb|jar|war|ear|php|phar|dll|pm|pl|wasm)$/;

/** Whether opening a file means running it, as far as its name can say. */
export const isCodePath = (path: string): boolean => CODE.test(path);
