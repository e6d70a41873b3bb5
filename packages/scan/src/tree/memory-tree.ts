// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok } from '@bartizan/contracts';
import type { FoundPackage } from '../catalogers/package.ts';
import type { Inspection } from '../catalogers/problem.ts';
import {
  type FileTree,
  foldedParts,
  MAX_LINKS,
  MAX_PATH_BYTES,
  pathParts,
  type TreeEntry,
  type TreeEntryKind,
  type TreeFile,
  type TreeResult,
  type TreeStat,
  treeError,
} from './file-tree.ts';

/** One object of a tree in memory. */
export interface MemoryNode {
  readonly kind: TreeEntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Undefined for a file whose content was not kept. */
  readonly content?: Buffer;
  readonly target?: string;
  readonly layer?: string;
  /** What catalogers read from the content before it was let go. */
  readonly inspections?: readonly Inspection[];
  readonly children?: Map<string, MemoryNode>;
}

/** Facts of a node that is added; the rest has defaults. */
export type NodeFacts = Partial<Omit<MemoryNode, 'kind' | 'children'>>;

type SharedFacts = Pick<NodeFacts, 'layer' | 'inspections'>;

/** What is noted of a file that no cataloger wanted when its layer went by. */
export const UNSEEN: readonly Inspection[] = [];

const withoutInspections = ({ inspections: _none, ...node }: MemoryNode): MemoryNode => node;

const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

const newDirectory = (
  facts: NodeFacts = {},
  more: { layer?: string | undefined; children?: Map<string, MemoryNode> | undefined } = {},
): MemoryNode => ({
  kind: 'directory',
  mode: facts.mode ?? DIRECTORY_MODE,
  uid: facts.uid ?? 0,
  gid: facts.gid ?? 0,
  sizeBytes: 0,
  modifiedAtMs: facts.modifiedAtMs ?? 0,
  ...(more.layer === undefined ? {} : { layer: more.layer }),
  children: more.children ?? new Map<string, MemoryNode>(),
});

/** The names of one directory, and whether a link led there. */
interface Place {
  readonly children: Map<string, MemoryNode>;
  readonly wasLed: boolean;
}

/** One that is remembered by the path that led to it: archives and walks go through one after the other. */
interface KnownPlace extends Place {
  readonly folder: string;
}

/** A tree in memory: what the layers of an image merge into. Paths given to it never leave it, whatever they say. */
export class MemoryTree implements FileTree {
  readonly label: string;
  #root = newDirectory();
  /** Where the last object was added, and the last one found: both forgotten when a directory or link goes. */
  #added: KnownPlace | undefined;
  #looked: Pick<KnownPlace, 'folder' | 'children'> | undefined;
  #provenance: ((found: FoundPackage) => string | undefined) | undefined;
  #licences: ((path: string, layer: string) => readonly string[]) | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /**
   * Adds a file, link or other object; what was there is replaced. Parents are made, and made directories. What is the
   * same of many objects may be given beside the facts of each.
   */
  add(path: string, kind: TreeEntryKind, facts: NodeFacts = {}, shared: SharedFacts = facts): void {
    const place = this.#placeOf(path);
    if (place === undefined) return;
    const { name, children: siblings, wasLed } = place;
    const old = siblings.get(name);
    if (old?.children !== undefined || old?.target !== undefined) this.#forgetPlaces();
    if (kind === 'directory') {
      // A directory that is stated again keeps what is in it (OCI image layer specification, "Applying").
      siblings.set(name, newDirectory(facts, { layer: shared.layer, children: old?.children }));
      return;
    }
    const node: { -readonly [K in keyof MemoryNode]: MemoryNode[K] } = {
      kind,
      mode: facts.mode ?? FILE_MODE,
      uid: facts.uid ?? 0,
      gid: facts.gid ?? 0,
      sizeBytes: facts.sizeBytes ?? facts.content?.length ?? 0,
      modifiedAtMs: facts.modifiedAtMs ?? 0,
    };
    // Set one by one: an image has a hundred thousand of these.
    if (facts.content !== undefined) node.content = facts.content;
    if (facts.target !== undefined) node.target = facts.target;
    if (shared.layer !== undefined) node.layer = shared.layer;
    const inspections = facts.inspections ?? shared.inspections;
    // Nobody wanted to see it by the path that its layer gives; by the one it has here somebody may.
    if (inspections !== undefined && !(wasLed && inspections === UNSEEN)) node.inspections = inspections;
    siblings.set(name, node);
  }

  /** Gives an object a second name (a hard link). False when there is no such object. */
  link(path: string, existing: string, layer: string | undefined): boolean {
    const found = this.#find(existing, false);
    if (!found.ok || found.value.kind === 'directory') return false;
    const parts = foldedParts(path);
    const name = parts.pop();
    if (name === undefined) return false;
    this.#forgetPlaces();
    const node: MemoryNode = layer === undefined ? found.value : { ...found.value, layer };
    // Nobody wanted to see it by its first name; by this one somebody may.
    this.#makeDirectories(parts).children.set(
      name,
      node.inspections === UNSEEN ? withoutInspections(node) : node,
    );
    return true;
  }

  /** Removes a path with everything below it. */
  remove(path: string): void {
    this.#forgetPlaces();
    const parts = foldedParts(path);
    const name = parts.pop();
    const parent = this.#find(`/${parts.join('/')}`, true);
    if (name !== undefined && parent.ok) parent.value.children?.delete(name);
  }

  /** Removes everything below a directory. */
  empty(path: string): void {
    this.#forgetPlaces();
    const found = this.#find(path, true);
    if (found.ok) found.value.children?.clear();
  }

  list(path: string): TreeResult<readonly TreeEntry[]> {
    const found = this.#find(path, true);
    if (!found.ok) return found;
    const children = found.value.children;
    if (children === undefined) return err(treeError('scan.tree-not-a-directory', path, 'not a directory'));
    return ok([...children].map(([name, node]) => ({ name, kind: node.kind })));
  }

  stat(path: string): TreeResult<TreeStat> {
    const found = this.#find(path, true);
    return found.ok ? ok(toStat(found.value)) : found;
  }

  lstat(path: string): TreeResult<TreeStat> {
    const found = this.#find(path, false);
    return found.ok ? ok(toStat(found.value)) : found;
  }

  readlink(path: string): TreeResult<string> {
    const found = this.#find(path, false);
    if (!found.ok) return found;
    return found.value.target === undefined
      ? err(treeError('scan.tree-not-found', path, 'not a link'))
      : ok(found.value.target);
  }

  read(path: string, options: { readonly maxBytes: number }): TreeResult<Buffer> {
    const found = this.#find(path, true);
    if (!found.ok) return found;
    const { kind, content, sizeBytes } = found.value;
    if (kind !== 'file') return err(treeError('scan.tree-not-a-file', path, 'not a regular file'));
    if (sizeBytes > options.maxBytes)
      return err(treeError('scan.tree-too-large', path, `${sizeBytes} bytes, limit ${options.maxBytes}`));
    return content === undefined
      ? err(treeError('scan.tree-unreadable', path, 'the content was not kept'))
      : ok(content);
  }

  open(path: string): TreeResult<TreeFile> {
    const content = this.read(path, { maxBytes: Number.MAX_SAFE_INTEGER });
    if (!content.ok) return content;
    const bytes = content.value;
    return ok({
      sizeBytes: bytes.length,
      readAt: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
      close: () => undefined,
    });
  }

  layerOf(path: string): string | undefined {
    const found = this.#find(path, true);
    return found.ok ? found.value.layer : undefined;
  }

  broughtBy(found: FoundPackage): string | undefined {
    return this.#provenance?.(found);
  }

  inspected(path: string): readonly Inspection[] | undefined {
    const found = this.#find(path, false);
    return found.ok ? found.value.inspections : undefined;
  }

  statedLicences(path: string): readonly string[] | undefined {
    const layer = this.layerOf(path);
    return layer === undefined ? undefined : this.#licences?.(path, layer);
  }

  /** Says how to learn which licences a copyright file of a layer states. */
  setLicences(licences: (path: string, layer: string) => readonly string[]): void {
    this.#licences = licences;
  }

  /** Says how to learn which layer brought a package. */
  setProvenance(provenance: (found: FoundPackage) => string | undefined): void {
    this.#provenance = provenance;
  }

  close(): void {
    this.#forgetPlaces();
    this.#root = newDirectory();
  }

  #forgetPlaces(): void {
    this.#added = undefined;
    this.#looked = undefined;
  }

  /** The directory that a path names something in, and that name; undefined for the root. */
  #placeOf(path: string): (Place & { name: string }) | undefined {
    const at = path.lastIndexOf('/');
    const last = path.slice(at + 1);
    const folder = path.slice(0, Math.max(at, 0));
    const isPlain = last !== '' && last !== '.' && last !== '..';
    if (isPlain && this.#added?.folder === folder)
      return { name: last, children: this.#added.children, wasLed: this.#added.wasLed };
    const parts = foldedParts(path);
    const name = parts.pop();
    if (name === undefined) return undefined;
    const { children, wasLed } = this.#makeDirectories(parts);
    if (isPlain) this.#added = { folder, children, wasLed };
    return { name, children, wasLed };
  }

  /**
   * A directory, which is made where it is missing. Links on the way are followed inside the tree, as an unpacking
   * runtime does it: a file below one goes where it leads, and that is made too. A link that leads nowhere, because of a
   * loop or a file, becomes a directory.
   */
  #makeDirectories(parts: readonly string[]): Place {
    let wasLed = false;
    let children = this.#root.children ?? new Map<string, MemoryNode>();
    let at = 0;
    for (const part of parts) {
      at += 1;
      let next = children.get(part);
      if (next?.target !== undefined) {
        const led = this.#follow(`/${parts.slice(0, at).join('/')}`, true, true);
        if (led.ok && led.value.children !== undefined) {
          next = led.value;
          wasLed = true;
        }
      }
      if (next?.children === undefined) {
        next = newDirectory();
        children.set(part, next);
      }
      children = next.children ?? new Map<string, MemoryNode>();
    }
    return { children, wasLed };
  }

  #find(path: string, followLast: boolean): TreeResult<MemoryNode> {
    const at = path.lastIndexOf('/');
    const name = path.slice(at + 1);
    const isPlain = at >= 0 && name !== '' && name !== '.' && name !== '..';
    const folder = isPlain ? path.slice(0, at) : '';
    if (!isPlain) return this.#follow(path, followLast);
    if (this.#looked?.folder !== folder) {
      const parent = this.#follow(folder, true);
      if (!parent.ok || parent.value.children === undefined) return this.#follow(path, followLast);
      this.#looked = { folder, children: parent.value.children };
    }
    const node = this.#looked.children.get(name);
    return node === undefined || (node.target !== undefined && followLast)
      ? this.#follow(path, followLast)
      : ok(node);
  }

  /** Goes from the root, link by link. Directories that are missing may be made. */
  #follow(path: string, followLast: boolean, isMaking = false): TreeResult<MemoryNode> {
    const pending = pathParts(path).reverse();
    const trail: MemoryNode[] = [this.#root];
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const children = trail.at(-1)?.children;
      let node = children?.get(name);
      if (node === undefined && isMaking && children !== undefined) {
        node = newDirectory();
        children.set(name, node);
      }
      if (node === undefined) return err(treeError('scan.tree-not-found', path, 'no such file'));
      if (node.target === undefined || (pending.length === 0 && !followLast)) {
        trail.push(node);
        continue;
      }
      links += 1;
      if (links > MAX_LINKS)
        return err(treeError('scan.tree-link-loop', path, `more than ${MAX_LINKS} links`));
      if (node.target.length > MAX_PATH_BYTES)
        return err(treeError('scan.tree-path-too-long', path, `a link of ${node.target.length} characters`));
      if (node.target.startsWith('/')) trail.length = 1;
      pending.push(...pathParts(node.target).reverse());
    }
    return ok(trail.at(-1) ?? this.#root);
  }
}

const toStat = (node: MemoryNode): TreeStat => ({
  kind: node.kind,
  sizeBytes: node.sizeBytes,
  mode: node.mode,
  uid: node.uid,
  gid: node.gid,
  device: 0,
  modifiedAtMs: node.modifiedAtMs,
});
