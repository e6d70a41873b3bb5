// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerSecretReport, cutText, type LocalText } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import {
  type Changes,
  type LayerFolders,
  readChanges,
  readStoredConfig,
  type StoredConfigQuery,
} from '@bartizan/host';
import {
  CONTAINER_EXCLUSIONS,
  DEFAULT_LIMITS,
  DirectoryTree,
  type FileTree,
  GAPS,
  type ScanProblem,
  type SecretMatch,
  type SecretScanner,
  searchImageConfig,
  searchTree,
} from '@bartizan/scan';
import { problemReason } from './told-problem.ts';

/** What of an image is searched that its running container does not show. */
export interface ImagePartsJob {
  readonly scanner: SecretScanner;
  readonly hostRoot: string;
  /** Root of the container, as its processes see it. */
  readonly root: string;
  /** Where its layers lie; undefined = its root is no overlay. */
  readonly folders: LayerFolders | undefined;
  readonly container: string;
  readonly imageDigest: string | undefined;
  readonly limits: { readonly entries: number; readonly timeMs: number; readonly fileBytes: number };
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Where a search did not come: the configuration, the layers below what is seen, or a file in them. */
export const CONFIGURATION = 'image:configuration';
export const LAYERS = 'image:layers';

type Gap = ContainerSecretReport['incomplete'][number];

/** What was found, and what could not be searched. */
export interface ImageParts {
  readonly matches: readonly SecretMatch[];
  readonly gaps: readonly Gap[];
}

const REASON_MAX = 512;
const PLATFORM = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
const HIDDEN = {
  en: 'the image still holds the file in this layer; in the running container it is deleted, replaced or covered',
  ja: 'イメージのこのレイヤーには、ファイルが残っています。実行中のコンテナーでは、削除、置き換え、または上書きマウントにより見えません',
};

/** Names that lie over those of lower layers: files, links, and the marks that stand for a removed name. */
class Cover {
  readonly #names: Set<string>;

  constructor({ changed, removed }: Changes) {
    this.#names = new Set([...changed, ...removed]);
  }

  /** Whether something higher stands in the place of a path, or of a folder above it. */
  hides(path: string): boolean {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1))
      if (this.#names.has(path.slice(0, at))) return true;
    return false;
  }

  add(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
  }
}

const pathIn = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);

/** What a layer is held against. */
interface LayerParts {
  /** Root of the container. */
  readonly shown: DirectoryTree;
  readonly cover: Cover;
  readonly namesMax: number;
  readonly isOver: () => boolean;
}

/** One layer, of which only those files are listed that the container does not show. */
class HiddenFiles implements FileTree {
  readonly label = 'layer';
  readonly names: string[] = [];
  readonly #layer: DirectoryTree;
  readonly #parts: LayerParts;

  constructor(place: string, parts: LayerParts) {
    this.#layer = new DirectoryTree(place);
    this.#parts = parts;
  }

  list(path: string): ReturnType<FileTree['list']> {
    const { shown: tree, cover, namesMax, isOver } = this.#parts;
    if (this.names.length > namesMax || isOver())
      return err({ code: 'scan.tree-too-large', path, detail: 'more names or time than a search has' });
    const listed = this.#layer.list(path);
    if (!listed.ok) return listed;
    const shown = tree.list(path);
    const seen = new Set(shown.ok ? shown.value.map(({ name }) => name) : []);
    const left = listed.value.filter(({ name, kind }) => {
      if (kind === 'directory') return true;
      const full = pathIn(path, name);
      this.names.push(full);
      // A folder that replaces another as a whole leaves no mark that can be read: its names are just not shown.
      return kind === 'file' && (!seen.has(name) || cover.hides(full));
    });
    return ok(left);
  }

  stat(path: string): ReturnType<FileTree['stat']> {
    return this.#layer.stat(path);
  }

  lstat(path: string): ReturnType<FileTree['lstat']> {
    return this.#layer.lstat(path);
  }

  readlink(path: string): ReturnType<FileTree['readlink']> {
    return this.#layer.readlink(path);
  }

  read(path: string, options: { readonly maxBytes: number }): ReturnType<FileTree['read']> {
    return this.#layer.read(path, options);
  }

  open(path: string): ReturnType<FileTree['open']> {
    return this.#layer.open(path);
  }

  close(): void {
    this.#layer.close();
  }
}

/** Diff ids by place, newest first, where the store has one folder for each; Docker puts one of its own on top. */
const layerIds = (config: string | undefined, folders: number): readonly (string | undefined)[] => {
  const document =
    config === undefined ? undefined : (JSON.parse(config) as { rootfs?: { diff_ids?: unknown } });
  const stated = document?.rootfs?.diff_ids;
  const ids = Array.isArray(stated)
    ? stated.filter((id): id is string => typeof id === 'string' && id.length <= 128).reverse()
    : [];
  const extra = folders - ids.length;
  return extra === 0 || extra === 1 ? [...Array<undefined>(extra).fill(undefined), ...ids] : [];
};

/** Searches the layers from the top: what a higher one holds lies over all lower ones. */
function searchLayers(
  job: ImagePartsJob,
  folders: LayerFolders,
  ids: readonly (string | undefined)[],
): ImageParts {
  const { scanner, hostRoot, limits, now } = job;
  const endsAtMs = now() + limits.timeMs;
  const cover = new Cover(readChanges(join(hostRoot, folders.upper)));
  const matches: SecretMatch[] = [];
  const gaps: Gap[] = [];
  let entries = limits.entries;
  const shown = new DirectoryTree(job.root);
  try {
    for (const [at, folder] of folders.lower.entries()) {
      const place = join(hostRoot, folder);
      if (!existsSync(place)) return { matches, gaps: [...gaps, { path: LAYERS, reason: NO_LAYER }] };
      const isOver = (): boolean => now() > endsAtMs;
      const tree = new HiddenFiles(place, { shown, cover, namesMax: entries, isOver });
      try {
        const found = searchTree({
          ...{ tree, scanner, now, fileBytes: limits.fileBytes, exclude: CONTAINER_EXCLUSIONS },
          limits: { entries, depth: DEFAULT_LIMITS.depth, timeMs: Math.max(0, endsAtMs - now()) },
        });
        const layer = ids[at];
        matches.push(...found.matches.map((match) => hidden(match, layer)));
        gaps.push(...found.incomplete.map(gapOf));
      } finally {
        tree.close();
      }
      cover.add(tree.names);
      entries = Math.max(0, entries - tree.names.length);
    }
  } finally {
    shown.close();
  }
  return { matches, gaps };
}

/** What ends a search of layers is a gap in them, and none in the files that the container shows. */
const gapOf = (problem: ScanProblem): Gap => ({
  path: problem.path === '/' ? LAYERS : problem.path,
  reason: problemReason(problem),
});

const noConfiguration = (why: LocalText): LocalText =>
  cutText({ en: why.en, ja: `イメージの設定を読み取れません：${why.ja}` }, REASON_MAX);
const NO_LAYER: LocalText = { en: 'a layer is not there', ja: 'レイヤーが見つかりません' };
const NO_OVERLAY: LocalText = {
  en: 'the root of the container is no overlay: its layers are not known',
  ja: 'コンテナーのルートが overlay ではないため、レイヤーが分かりません',
};

const hidden = (match: SecretMatch, layer: string | undefined): SecretMatch => ({
  ...match,
  kind: 'deleted-file',
  ...(layer === undefined ? {} : { layer }),
  reasons: [...match.reasons, { step: 'state', detail: HIDDEN }],
});

const storedConfig = (query: Omit<StoredConfigQuery, 'platform'>) =>
  readStoredConfig({ ...query, platform: PLATFORM });

const secretsOfConfig = (scanner: SecretScanner, config: string): ReturnType<typeof searchImageConfig> =>
  searchImageConfig(scanner, JSON.parse(config) as Parameters<typeof searchImageConfig>[1]);

/** Fingerprints of the secrets that an image itself gives to its containers; none where its configuration cannot be read. */
export function secretsOfImage(
  scanner: SecretScanner,
  query: Omit<StoredConfigQuery, 'platform'>,
): ReadonlySet<string> {
  const config = storedConfig(query);
  return new Set(
    (config.ok ? secretsOfConfig(scanner, config.value).matches : []).map(({ fingerprint }) => fingerprint),
  );
}

/**
 * Searches what an image holds beside the files that its running container shows: its configuration and history, and files
 * of its layers that a later one, or the container, deletes or replaces. All of it is read from the image store of the node,
 * nothing is inflated, and files that are shown are not read again.
 */
export function searchImageParts(job: ImagePartsJob): ImageParts {
  const { folders, scanner, hostRoot, container, imageDigest } = job;
  if (folders === undefined)
    return {
      matches: [],
      gaps: [{ path: LAYERS, reason: NO_OVERLAY }],
    };
  const config = storedConfig({ hostRoot, container, imageDigest, upper: folders.upper });
  const ofConfig = config.ok ? secretsOfConfig(scanner, config.value) : { matches: [], cut: [] };
  const layers = searchLayers(
    job,
    folders,
    layerIds(config.ok ? config.value : undefined, folders.lower.length),
  );
  return {
    matches: [...ofConfig.matches, ...layers.matches],
    gaps: [
      ...(ofConfig.cut.length === 0 ? [] : [{ path: CONFIGURATION, reason: GAPS.moreMatches }]),
      ...(config.ok ? [] : [{ path: CONFIGURATION, reason: noConfiguration(config.error) }]),
      ...layers.gaps,
    ],
  };
}
