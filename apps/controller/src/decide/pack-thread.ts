// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { type Finding, invariant } from '@bartizan/contracts';
import { findingId } from '@bartizan/engine';
import {
  type AdvisoryPack,
  advisoryChanges,
  buildPack,
  importPackFile,
  loadPack,
  matchPackages,
  openPack,
  type PackError,
  pendingUpdateFinding,
  toFinding,
} from '@bartizan/scan';
import type { JudgeWork, PackAnswer, PackQuestion, PackWork } from './pack-messages.ts';

/** The thread that reads advisory packs: what a hostile pack or list does to memory or time ends with it. */
const port = parentPort;
invariant(port !== null, 'runs as a worker thread');
let open: { readonly path: string; readonly pack: AdvisoryPack } | undefined;

const failed = ({ code, detail }: PackError): PackAnswer => ({ kind: 'failed', code, detail });

function packAt(path: string, again: boolean): PackAnswer | AdvisoryPack {
  if (open?.path === path && !again) return open.pack;
  open?.pack.close();
  open = undefined;
  const opened = openPack(path);
  if (!opened.ok) return failed(opened.error);
  open = { path, pack: opened.value };
  return opened.value;
}

const isPack = (value: PackAnswer | AdvisoryPack): value is AdvisoryPack => 'header' in value;

function factsOf(path: string): PackAnswer {
  const pack = packAt(path, true);
  if (!isPack(pack)) return pack;
  const { sha256, header, signature } = pack;
  return {
    kind: 'facts',
    facts: { sha256, header, ...(signature === undefined ? {} : { keyId: signature.keyId }) },
  };
}

/** Facts of the pack that has just taken the place of another, and what it says otherwise. */
function factsAfter(path: string, before: AdvisoryPack | undefined): PackAnswer {
  const facts = factsOf(path);
  if (facts.kind !== 'facts' || before === undefined || facts.facts.sha256 === before.sha256) return facts;
  const after = loadPack(path);
  if (!after.ok) return facts;
  return { ...facts, replaced: { from: before.sha256, ...advisoryChanges(before, after.value.pack) } };
}

/** The pack at a path, read into memory: it outlives its file. */
function packBefore(path: string): AdvisoryPack | undefined {
  const loaded = existsSync(path) ? loadPack(path) : undefined;
  return loaded?.ok === true ? loaded.value.pack : undefined;
}

/**
 * The id of a finding here: of the workload, not of the container and node where it was seen last, so that dates and
 * acceptances outlive a restart.
 */
function withStableId(finding: Finding): Finding {
  const { subject, kind, vulnerability, package: found } = finding;
  const id = findingId({
    workload: subject.workload,
    kind,
    cause: vulnerability?.id ?? kind,
    ...(found === undefined ? {} : { package: found.name, version: found.version }),
  });
  return { ...finding, id };
}

function judge(path: string, work: JudgeWork): PackAnswer {
  const pack = packAt(path, false);
  if (!isPack(pack)) return pack;
  const place = {
    cluster: work.cluster,
    tenant: work.tenant,
    subject: work.subject,
    nowMs: work.nowMs,
    ...(work.node === undefined ? {} : { node: work.node }),
  };
  const report = matchPackages(work.packages, pack, { nowMs: work.nowMs });
  const updates = work.pendingUpdates.filter((update) => update.security);
  return {
    kind: 'judged',
    findings: [
      ...report.findings.map((match) => toFinding(match, place)),
      ...updates.map((update) =>
        pendingUpdateFinding({ ...update, isSecurity: true, architecture: '' }, place),
      ),
    ].map(withStableId),
    coverage: report.coverage,
    sha256: pack.sha256,
  };
}

function run(work: PackWork): PackAnswer {
  switch (work.kind) {
    case 'open':
      return factsOf(work.path);
    case 'build': {
      const before = packBefore(work.to);
      const built = buildPack({ from: work.from, to: work.to, nowMs: work.nowMs, mayShrink: true });
      return built.ok ? factsAfter(work.to, before) : failed(built.error);
    }
    case 'import': {
      const { from, to, force, trust, trustKeyId, mayBeUnsigned } = work;
      const imported = importPackFile(from, {
        to,
        mayShrink: force,
        mayBeOlder: force,
        trust,
        mayBeUnsigned,
        ...(trustKeyId === undefined ? {} : { trustKeyId }),
      });
      if (!imported.ok) return failed(imported.error);
      const facts = factsOf(to);
      const { signedBy, replaced } = imported.value;
      if (facts.kind !== 'facts') return facts;
      return {
        ...facts,
        ...(signedBy === undefined ? {} : { signedBy }),
        ...(replaced === undefined ? {} : { replaced }),
      };
    }
    case 'judge':
      return judge(work.path, work);
  }
}

port.on('message', ({ number, work }: PackQuestion) => port.postMessage({ number, answer: run(work) }));
