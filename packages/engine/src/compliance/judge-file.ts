// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { BenchmarkAsk, Evidence } from '@bartizan/contracts/compliance';
import type { NodeFacts } from './node-facts.ts';
import { unknownReason, type Verdict, verdict, worstOf } from './verdict.ts';

type FileAsk = Extract<BenchmarkAsk, { kind: 'file' }>;

/** Places that are there only where the control plane is. */
const OF_CONTROL_PLANE = /^(?:apiserver|controller-manager|scheduler|etcd|admin|super-admin|pki)-/;

const member = ({ value }: Evidence, name: string): string => {
  if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return '';
  return String(value[name]);
};

/** No right beyond what the mode allows. */
const isWithin = (mode: string, widest: string): boolean =>
  /^[0-7]{3,4}$/.test(mode) && (Number.parseInt(mode, 8) & ~Number.parseInt(widest, 8)) === 0;

function fileVerdict(file: Evidence, { mode, owner, place }: FileAsk): Verdict {
  const path = file.path ?? place;
  if (file.state === 'unreadable')
    return verdict('unknown', unknownReason(place, file.reason ?? 'io', path), [file]);
  const [isMode, isOwner] = [member(file, 'mode'), `${member(file, 'owner')}:${member(file, 'group')}`];
  const wrong: LocalText[] = [];
  if (mode !== undefined && !isWithin(isMode, mode))
    wrong.push({
      en: `its mode is ${isMode}, at most ${mode} is allowed`,
      ja: `モードは ${isMode} で、許されるのは ${mode} までです`,
    });
  if (owner !== undefined && isOwner !== owner)
    wrong.push({
      en: `it belongs to ${isOwner}, not to ${owner}`,
      ja: `所有者は ${isOwner} で、${owner} ではありません`,
    });
  if (wrong.length > 0)
    return verdict(
      'fail',
      {
        en: `${path}: ${wrong.map(({ en }) => en).join('; ')}`,
        ja: `${path}：${wrong.map(({ ja }) => ja).join('。')}`,
      },
      [file],
    );
  const is = [mode === undefined ? '' : isMode, owner === undefined ? '' : isOwner]
    .filter((part) => part !== '')
    .join(' ');
  return verdict('pass', { en: `${path}: ${is}`, ja: `${path}：${is}` }, [file]);
}

/** What to say where a place was looked for and nothing is there. */
function missing(facts: NodeFacts, place: string, evidence: readonly Evidence[]): Verdict {
  if (facts.isManaged && OF_CONTROL_PLANE.test(place))
    return verdict('unknown', unknownReason(place, 'managed'), evidence);
  return verdict(
    'not-applicable',
    { en: `there is no ${place} on this node`, ja: `このノードに ${place} はありません` },
    evidence,
  );
}

/** Judges mode and owner of every file of a place: one bad file fails, one unreadable file leaves it open. */
export function judgeFile(ask: FileAsk, facts: NodeFacts): Verdict {
  const files = facts.of('file', ask.place);
  if (files.length === 0) return verdict('unknown', unknownReason(ask.place, 'not-collected'));
  const there = files.filter(({ state }) => state !== 'absent');
  return worstOf(there.map((file) => fileVerdict(file, ask))) ?? missing(facts, ask.place, files);
}

const EXPIRY_DAYS = 30;
const DAY_MS = 86_400_000;

/** Judges certificates: valid now, and for the next month. */
export function judgeCertificate(
  ask: Extract<BenchmarkAsk, { kind: 'certificate' }>,
  facts: NodeFacts,
): Verdict {
  const found = facts.of('certificate', ask.place);
  if (found.length === 0) return verdict('unknown', unknownReason(ask.place, 'not-collected'));
  const verdicts = found
    .filter(({ state }) => state !== 'absent')
    .map((one) => {
      const path = one.path ?? ask.place;
      const ends = Number(member(one, 'not-after'));
      if (one.state === 'unreadable' || !Number.isFinite(ends))
        return verdict('unknown', unknownReason(ask.place, one.reason ?? 'malformed', path), [one]);
      const days = Math.floor((ends - facts.at) / DAY_MS);
      return verdict(
        days >= EXPIRY_DAYS ? 'pass' : 'fail',
        days < 0
          ? { en: `${path} expired ${-days} days ago`, ja: `${path} は ${-days} 日前に期限が切れています` }
          : { en: `${path} is valid for ${days} days`, ja: `${path} の有効期間は残り ${days} 日です` },
        [one],
      );
    });
  return worstOf(verdicts) ?? missing(facts, ask.place, found);
}

/** Judges encryption at rest by the first provider of each resource: that is the one that writes. */
export function judgeEncryption(
  ask: Extract<BenchmarkAsk, { kind: 'encryption' }>,
  facts: NodeFacts,
): Verdict {
  const [config] = facts.of('config', 'encryption');
  const gone = withoutApiServer(facts);
  if (gone !== undefined) return gone;
  if (config === undefined) return verdict('unknown', unknownReason('encryption', 'not-collected'));
  if (config.state === 'unreadable')
    return verdict('unknown', unknownReason('encryption', config.reason ?? 'io', config.path), [config]);
  if (config.state === 'absent')
    return verdict(
      'fail',
      { en: 'no encryption at rest is configured', ja: '保存時の暗号化が設定されていません' },
      [config],
    );
  const provider = member(config, 'secrets');
  const holds = ask.providers.includes(provider);
  return verdict(
    holds ? 'pass' : 'fail',
    {
      en: `secrets are written with ${provider === '' ? 'nothing' : provider}${holds ? '' : `, not with one of ${ask.providers.join(', ')}`}`,
      ja: `Secret の書き込みに使う方式：${provider === '' ? 'なし' : provider}${holds ? '' : `（${ask.providers.join('、')} のいずれでもありません）`}`,
    },
    [config],
  );
}

function withoutApiServer(facts: NodeFacts): Verdict | undefined {
  if (facts.isManaged) return verdict('unknown', unknownReason('kube-apiserver', 'managed'));
  const [process] = facts.of('process', 'kube-apiserver');
  if (process?.state !== 'absent') return undefined;
  return verdict(
    'not-applicable',
    { en: 'kube-apiserver does not run on this node', ja: 'このノードでは kube-apiserver は動いていません' },
    [process],
  );
}

/** Judges whether the audit policy records what it should. */
export function judgeAuditPolicy(
  ask: Extract<BenchmarkAsk, { kind: 'audit-policy' }>,
  facts: NodeFacts,
): Verdict {
  const gone = withoutApiServer(facts);
  if (gone !== undefined) return gone;
  const [policy] = facts.of('config', 'audit-policy');
  if (policy === undefined) return verdict('unknown', unknownReason('audit-policy', 'not-collected'));
  if (policy.state === 'unreadable')
    return verdict('unknown', unknownReason('audit-policy', policy.reason ?? 'io', policy.path), [policy]);
  if (policy.state === 'absent')
    return verdict('fail', { en: 'there is no audit policy', ja: '監査ポリシーがありません' }, [policy]);
  const silent = ask.resources.filter((resource) => ['', 'None'].includes(member(policy, resource)));
  return silent.length === 0
    ? verdict(
        'pass',
        { en: `recorded: ${ask.resources.join(', ')}`, ja: `記録される対象：${ask.resources.join('、')}` },
        [policy],
      )
    : verdict(
        'fail',
        { en: `not recorded: ${silent.join(', ')}`, ja: `記録されない対象：${silent.join('、')}` },
        [policy],
      );
}
