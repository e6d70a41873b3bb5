// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, randomBytes } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import {
  lifeOf,
  type PackReplacement,
  readTrustRoot,
  SHIPPED_TRUST,
  type TrustedKey,
  type TrustRoot,
  withKeys,
  writeTrustRoot,
} from '@bartizan/scan';
import type {
  AdvisoryDesk,
  AdvisoryState,
  ApiFailure,
  Clock,
  ImportChoice,
  Log,
  Matched,
  MatchRequest,
} from '../ports.ts';
import type { PackClient } from './pack-client.ts';
import type { JudgeWork, PackAnswer, PackFacts } from './pack-messages.ts';

const UPLOAD_BYTES_MAX = 2 * 1024 ** 3;
const DAY_MS = 24 * 3600_000;

interface Parts {
  readonly client: PackClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of the pack in use. */
  readonly folder: string;
  /** Called when another pack is in use, with what changed where the one before is known. */
  readonly onChange: (replaced: PackReplacement | undefined) => void;
  /** What the last change of packs led to. */
  readonly rejudged: () => AdvisoryState['rejudged'];
}

/** The advisory pack in use: loading, replacing, judging. */
export class Advisories implements AdvisoryDesk {
  readonly #parts: Parts;
  readonly #path: string;
  readonly #stampPath: string;
  readonly #trustPath: string;
  #facts: PackFacts | undefined;
  #activity: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#path = join(parts.folder, 'advisories.pack');
    this.#stampPath = join(parts.folder, 'source.stamp');
    this.#trustPath = join(parts.folder, 'trust.json');
  }

  /** Digest of the pack in use; undefined when there is none. */
  digest(): string | undefined {
    return this.#facts?.sha256;
  }

  /** The file of the pack in use. */
  file(): string | undefined {
    return this.#facts === undefined ? undefined : this.#path;
  }

  /** When nobody maintains the release behind an advisory namespace any more; undefined = the pack does not say. */
  supportEndsAtMs(ecosystem: string): number | undefined {
    const eol = this.#facts === undefined ? undefined : lifeOf(ecosystem, this.#facts.header)?.eol;
    const endsAtMs = Date.parse(eol ?? '');
    return Number.isNaN(endsAtMs) ? undefined : endsAtMs;
  }

  activity(): string | undefined {
    return this.#activity;
  }

  /**
   * Loads what is there. A source that is given (a pack file, or a folder of advisory files) replaces it once: the same
   * source at the next start does not undo an import made in between. One that is gone leaves what was built of it.
   */
  async load(source: string | undefined): Promise<Result<void, ApiFailure>> {
    const { client, clock, folder, log } = this.#parts;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (source === undefined || !existsSync(source)) {
      const why = source === undefined ? 'no pack was loaded yet' : `${source} does not exist`;
      if (source !== undefined) log.warn({ code: 'E_PACK_MISSING' }, why);
      if (!existsSync(this.#path)) return err(failure('E_PACK_MISSING', why));
      return this.#use(await client.ask({ kind: 'open', path: this.#path }));
    }
    const stamp = stampOf(source);
    if (existsSync(this.#path) && readStamp(this.#stampPath) === stamp) {
      const again = this.#use(await client.ask({ kind: 'open', path: this.#path }));
      if (again.ok) return again;
    }
    this.#activity = 'building the advisory pack';
    const isFolder = statSync(source).isDirectory();
    const answer = isFolder
      ? await client.ask({ kind: 'build', from: source, to: this.#path, nowMs: clock.nowMs() })
      : await client.ask({
          kind: 'import',
          from: source,
          to: this.#path,
          force: false,
          trust: this.#trust(),
          // Who starts the controller chose the file.
          mayBeUnsigned: true,
        });
    this.#activity = undefined;
    const used = this.#use(answer);
    const kept =
      used.ok || !existsSync(this.#path)
        ? used
        : this.#use(await client.ask({ kind: 'open', path: this.#path }));
    // The one in use knows more than the file a start always names: that is no failure, and not asked again.
    const isOlder = answer.kind === 'failed' && answer.code === 'E_PACK_OLDER' && kept.ok;
    if (used.ok || isOlder) writeFileSync(this.#stampPath, stamp, { mode: 0o600 });
    return isOlder ? kept : used;
  }

  status(): AdvisoryState {
    const facts = this.#facts;
    if (facts === undefined) return { present: false, sample: false, rows: 0, ecosystems: [], noData: [] };
    const { header, sha256 } = facts;
    const builtAtMs = Date.parse(header.builtAt);
    const rejudged = this.#parts.rejudged();
    return {
      ...(rejudged === undefined ? {} : { rejudged }),
      present: true,
      builtAtMs,
      ageDays: Math.max(0, Math.floor((this.#parts.clock.nowMs() - builtAtMs) / DAY_MS)),
      sample: header.kind === 'sample',
      rows: header.rows,
      digest: sha256,
      ...(facts.keyId === undefined ? {} : { signedBy: facts.keyId }),
      ecosystems: Object.entries(header.ecosystems)
        .slice(0, 256)
        .map(([ecosystem, { rows, newestOn, completeness }]) => ({
          ecosystem: ecosystem.slice(0, 64),
          rows,
          completeness,
          ...(newestOn === undefined ? {} : { asOf: newestOn.slice(0, 32) }),
        })),
      noData: header.noData.slice(0, 256).map((text) => text.slice(0, 256)),
    };
  }

  /**
   * Takes in a pack, bundle or delta. A key that came with it is believed from now on when the caller names its id.
   */
  async importPack(upload: Readable, choice: ImportChoice): Promise<Result<AdvisoryState, ApiFailure>> {
    mkdirSync(this.#parts.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#parts.folder, `upload-${randomBytes(8).toString('hex')}`);
    try {
      await pipeline(upload, atMost(UPLOAD_BYTES_MAX), createWriteStream(temporary, { mode: 0o600 }));
    } catch (cause) {
      rmSync(temporary, { force: true });
      if (cause instanceof TooLarge)
        return err(failure('E_BODY_TOO_LARGE', `more than ${UPLOAD_BYTES_MAX} bytes`));
      return err(failure('E_PACK_INVALID', 'the upload was cut off', cause));
    }
    const answer = await this.#parts.client.ask({
      kind: 'import',
      from: temporary,
      to: this.#path,
      force: choice.force,
      trust: this.#trust(),
      mayBeUnsigned: choice.mayBeUnsigned,
      ...(choice.trustKeyId === undefined ? {} : { trustKeyId: choice.trustKeyId }),
    });
    rmSync(temporary, { force: true });
    const used = this.#use(answer);
    if (!used.ok) return used;
    if (answer.kind === 'facts' && answer.signedBy?.id === choice.trustKeyId) this.#believe(answer.signedBy);
    return ok(this.status());
  }

  async match(request: MatchRequest): Promise<Result<Matched, ApiFailure>> {
    const { owner, subject, packages } = request;
    return this.judge({ ...owner, subject, packages, pendingUpdates: [], nowMs: this.#parts.clock.nowMs() });
  }

  /** Judges a package list with the pack in use. */
  async judge(work: JudgeWork): Promise<Result<Matched & { readonly sha256: string }, ApiFailure>> {
    if (this.#facts === undefined) return err(failure('E_PACK_MISSING', 'no pack is loaded'));
    const answer = await this.#parts.client.ask({ kind: 'judge', path: this.#path, ...work });
    if (answer.kind === 'judged') return ok(answer);
    return answer.kind === 'failed'
      ? err(failure(answer.code, answer.detail))
      : err(failure('E_INTERNAL', 'the advisory thread answered another question'));
  }

  /** The trust root of this installation: its own file, else the one that ships. A damaged file believes nobody. */
  #trust(): TrustRoot {
    if (!existsSync(this.#trustPath)) return SHIPPED_TRUST;
    const root = readTrustRoot(readFileSync(this.#trustPath, 'utf8'));
    if (root.ok) return root.value;
    this.#parts.log.error({ code: root.error.code, detail: root.error.detail }, 'the trust root is damaged');
    return { keys: [] };
  }

  #believe(key: TrustedKey | undefined): void {
    if (key === undefined) return;
    writeFileSync(this.#trustPath, writeTrustRoot(withKeys(this.#trust(), [key])), { mode: 0o600 });
    this.#parts.log.info(
      { keyId: key.id, name: key.name },
      'a key for advisory packs is believed from now on',
    );
  }

  #use(answer: PackAnswer): Result<void, ApiFailure> {
    if (answer.kind === 'facts') {
      const changed = this.#facts?.sha256 !== answer.facts.sha256;
      this.#facts = answer.facts;
      if (changed) this.#parts.onChange(answer.replaced);
      return ok(undefined);
    }
    const why =
      answer.kind === 'failed'
        ? failure(answer.code, answer.detail)
        : failure('E_INTERNAL', 'another answer');
    this.#parts.log.warn({ code: why.code, detail: why.detail }, 'an advisory pack was not taken into use');
    return err(why);
  }
}

/** Names, sizes and dates of a source: enough to tell whether it is the one loaded before. */
function stampOf(source: string): string {
  const describe = (path: string): string => {
    const { size, mtimeMs } = statSync(path);
    return `${path}\t${size}\t${Math.floor(mtimeMs)}`;
  };
  const lines = statSync(source).isDirectory()
    ? readdirSync(source, { recursive: true, encoding: 'utf8' })
        .sort()
        .map((name) => describe(join(source, name)))
    : [describe(source)];
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function readStamp(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const atMost = (limitBytes: number): Transform => {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > limitBytes ? new TooLarge() : null, chunk);
    },
  });
};
