// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessGrant, ResponseOf } from '@bartizan/contracts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { Empty } from '../../widgets/states.tsx';
import { CommandBlock, Cut, Section, Verbatim } from '../../widgets/text.tsx';
import { placeWords } from './path-places.ts';

type Answer = ResponseOf<'access.who-can'>;
type Path = ResponseOf<'access.paths'>;
type Use = ResponseOf<'access.unused'>;
type Reach = ResponseOf<'access.reach'>;

const placeOf = ({ kind, namespace, name }: AccessGrant['binding']): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;

const ruleOf = ({ rule }: AccessGrant): string => {
  const groups = rule.apiGroups.filter((group) => group !== '');
  const names = rule.resourceNames.length === 0 ? '' : ` [${rule.resourceNames.join(',')}]`;
  const what = [...rule.resources, ...rule.nonResourceURLs].join(',');
  return `${rule.verbs.join(',')} ${what}${groups.length === 0 ? '' : ` (${groups.join(',')})`}${names}`;
};

/** What an answer lacks: kinds that could not be read make it a part. */
export const Partial = ({ unreadable }: { unreadable: readonly string[] }) => {
  const t = useT();
  if (unreadable.length === 0) return null;
  return (
    <p>
      <Badge tone="unknown">{t('access.partial')}</Badge> <Verbatim mono>{unreadable.join(', ')}</Verbatim>
    </p>
  );
};

const useGrantColumns = (): readonly Column<AccessGrant>[] => {
  const t = useT();
  return [
    {
      id: 'subject',
      title: t('access.subject'),
      width: 'minmax(160px, 1fr)',
      cell: ({ subject }) => <Cut text={subject} most={48} mono />,
    },
    {
      id: 'rule',
      title: t('access.rule'),
      width: 'minmax(180px, 2fr)',
      below: true,
      cell: (grant) => <Cut text={ruleOf(grant)} most={64} mono />,
    },
    {
      id: 'binding',
      title: t('access.bindings'),
      width: 'minmax(160px, 1fr)',
      fromPx: 760,
      cell: ({ binding }) => <Cut text={placeOf(binding)} most={44} mono />,
    },
    {
      id: 'role',
      title: t('access.role'),
      width: 'minmax(160px, 1fr)',
      fromPx: 900,
      cell: ({ role }) => <Cut text={placeOf(role)} most={44} mono />,
    },
  ];
};

const NONE = {
  'who-can': { known: 'access.nobody', partly: 'access.nobody.known' },
  'what-can': { known: 'access.no-grant', partly: 'access.no-grant.known' },
} as const;

/** Grants that answer who may do it, or what somebody may do. */
export const Grants = ({ answer, asked }: { answer: Answer; asked: keyof typeof NONE }) => {
  const t = useT();
  const { text, count } = useFormat();
  const columns = useGrantColumns();
  const { grants, total, always, question, unreadable } = answer;
  return (
    <div className="stack">
      <h2 className="sentence">{t('access.answer', { question: text(question), total })}</h2>
      <Partial unreadable={unreadable} />
      {always.length > 0 && (
        <p className="second small">
          {t('access.always')} <Verbatim mono>{always.join(', ')}</Verbatim>
        </p>
      )}
      {grants.length === 0 ? (
        <div className="card">
          <Empty title={t(NONE[asked][unreadable.length === 0 ? 'known' : 'partly'])} />
        </div>
      ) : (
        <DataTable
          name="access-grants"
          label={t('access.grants')}
          columns={columns}
          items={grants}
          total={total}
          rowKey={(grant) => `${grant.subject} ${placeOf(grant.binding)} ${ruleOf(grant)}`}
          foot={
            grants.length < total
              ? t('access.cut', { shown: count(grants.length), total: count(total) })
              : undefined
          }
        />
      )}
    </div>
  );
};

const StepTable = ({ steps }: { steps: Path['steps'] }) => {
  const t = useT();
  const { text } = useFormat();
  const heads = ['from', 'to', 'by', 'bindings'] as const;
  const [from, to, by, bindings] = heads.map((head) => t(`access.${head}`));
  return (
    <section className="card">
      <table className="simple-table as-cards" aria-label={t('access.steps')}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head}>{t(`access.${head}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={`${step.from} ${step.to}`}>
              <td data-label={from}>
                <StopName place={step.from} />
              </td>
              <td data-label={to}>
                <StopName place={step.to} />
              </td>
              <td data-label={by}>{text(step.words)}</td>
              <td data-label={bindings}>
                <Cut
                  text={[...new Set(step.grants.map(({ binding }) => placeOf(binding)))].join(' ') || '–'}
                  most={48}
                  mono
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

const PATH_TONES: Readonly<Record<Path['reaches'], Tone>> = { yes: 'critical', no: 'ok', unknown: 'unknown' };

/** Somebody by name, or a place on the way in words. */
const Stop = ({ place, isLast = false }: { place: string; isLast?: boolean }) => {
  const words = placeWords(useT(), place);
  return words === undefined ? (
    <span className="access-node mono" translate="no" {...(isLast ? { 'data-end': 'true' } : {})}>
      {place}
    </span>
  ) : (
    <span className="access-node">{words}</span>
  );
};

/** The same in a cell. */
const StopName = ({ place }: { place: string }) =>
  placeWords(useT(), place) ?? <Cut text={place} most={40} mono />;

/** The way to cluster-admin as a chain, and as a table with the bindings; beside a list the chain alone has room. */
export const PathSteps = ({ path, isNarrow = false }: { path: Path; isNarrow?: boolean }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <div className="stack">
      <h2 className="row wrap">
        <Verbatim>{path.subject}</Verbatim>
        <Badge tone={PATH_TONES[path.reaches]}>{t(`access.reaches.${path.reaches}`)}</Badge>
      </h2>
      <Partial unreadable={path.unreadable} />
      {path.steps.length > 0 && (
        <>
          <ol className="access-chain" aria-label={t('access.chain')}>
            {path.steps.map(({ from, to, words }) => (
              <li key={`${from} ${to}`}>
                <Stop place={from} />
                <span className="access-edge small second">{text(words)}</span>
              </li>
            ))}
            <li>
              <Stop place={path.steps.at(-1)?.to ?? ''} isLast />
            </li>
          </ol>
          {!isNarrow && <StepTable steps={path.steps} />}
        </>
      )}
    </div>
  );
};

const REACH_TONES: Readonly<Record<Reach['reach'], Tone>> = {
  allowed: 'high',
  denied: 'ok',
  unknown: 'unknown',
};

const Policies = ({ names }: { names: readonly string[] }) => (
  <ul className="list-plain">
    {names.map((name) => (
      <li key={name}>
        <Verbatim mono>{name}</Verbatim>
      </li>
    ))}
  </ul>
);

/** Whether a pod reaches another, and which policies of each side say so. */
export const ReachVerdict = ({ answer }: { answer: Reach }) => {
  const t = useT();
  return (
    <div className="stack">
      <h2 className="row wrap">
        <Verbatim>
          {answer.from} → {answer.to}
        </Verbatim>
        <Badge tone={REACH_TONES[answer.reach]}>{t(`access.reach.${answer.reach}`)}</Badge>
      </h2>
      <Partial unreadable={answer.unreadable} />
      <section className="card">
        <table className="simple-table as-cards" aria-label={t('access.sides')}>
          <thead>
            <tr>
              <th>{t('access.side')}</th>
              <th>{t('field.verdict')}</th>
              <th>{t('access.because')}</th>
              <th>{t('access.policies')}</th>
            </tr>
          </thead>
          <tbody>
            {answer.directions.map(({ direction, reach, because, policies, tier, passed = [] }) => (
              <tr key={direction}>
                <td data-label={t('access.side')}>{t(`access.side.${direction}`)}</td>
                <td data-label={t('field.verdict')}>
                  <Badge tone={REACH_TONES[reach]}>{t(`access.reach.${reach}`)}</Badge>
                </td>
                <td data-label={t('access.because')}>
                  <div>
                    {t(`access.because.${because}`)}
                    {tier !== undefined && ` (${t(`access.tier.${tier}`)})`}
                    {passed.map((one) => (
                      <div key={one} className="small second">
                        {t('access.passed-on')} <Verbatim mono>{one}</Verbatim>
                      </div>
                    ))}
                  </div>
                </td>
                <td data-label={t('access.policies')}>
                  {policies.length === 0 ? '–' : <Policies names={policies.map(placeOf)} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
};

/** What somebody was granted and did not use, with the smaller role. */
export const UnusedGrants = ({ use }: { use: Use }) => {
  const t = useT();
  const { count } = useFormat();
  const { proposal } = use;
  return (
    <div className="stack">
      <h2 className="row wrap">
        <Verbatim>{use.subject}</Verbatim>
        <Badge tone={use.unseenIs === 'unused' ? 'medium' : 'unknown'}>
          {t(`access.unseen.${use.unseenIs}`)}
        </Badge>
      </h2>
      <Partial unreadable={use.unreadable} />
      <p>{t('access.use', { used: count(use.used), unseen: count(use.unseen) })}</p>
      {use.grants.map(({ grant, used, unseen }) => (
        <Section
          key={`${placeOf(grant.binding)} ${ruleOf(grant)}`}
          title={`${placeOf(grant.binding)} → ${placeOf(grant.role)}`}
        >
          <p>
            <strong>{t('access.used')}</strong> <Verbatim mono>{used.join(', ') || '–'}</Verbatim>
          </p>
          <p>
            <strong>{t('access.not-seen')}</strong> <Verbatim mono>{unseen.join(', ') || '–'}</Verbatim>
          </p>
        </Section>
      ))}
      {proposal !== undefined && (
        <Section title={t('access.proposal')}>
          <p>
            {t('access.proposal.proof', {
              allowed: count(proposal.stillAllowed),
              checked: count(proposal.checked),
            })}
          </p>
          <CommandBlock text={proposal.yaml} />
        </Section>
      )}
    </div>
  );
};
