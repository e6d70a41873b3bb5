// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest, ResponseOf } from '@bartizan/contracts';
import { Button, Checkbox, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useApi } from '../../data/queries.ts';
import { useMay, useSession } from '../../data/session.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Asked, FailureLine } from '../../widgets/states.tsx';
import { StoredFailure } from '../../widgets/stored-failure.tsx';
import { CommandBlock, Facts, Section, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { Partial, PathSteps } from './answers.tsx';
import { grantName, RISK_TONES, STATE_TONES, subjectName, worstFirst } from './request-facts.ts';

type Detail = ResponseOf<'access.request'>;

/** What the grant would open, told before anybody approves it. */
const Risk = ({ risk }: { risk: NonNullable<AccessRequest['risk']> }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <Section title={t('access.requests.risk')}>
      <p>
        <Badge tone={RISK_TONES[risk.level]}>{t(`access.requests.risk.${risk.level}`)}</Badge>{' '}
        {risk.hadPath && t('access.requests.had-path')}
        {risk.level === 'unknown' && risk.unreadable.length === 0 && t('access.requests.risk.no-role')}
      </p>
      {risk.path !== undefined && <PathSteps path={risk.path} isNarrow />}
      {risk.patterns.length > 0 && (
        <ul className="list-plain stack tight">
          {worstFirst(risk.patterns).map(({ pattern, title, severity }) => (
            <li key={pattern}>
              <SeverityBadge severity={severity} /> {text(title)}
            </li>
          ))}
        </ul>
      )}
      <Partial unreadable={risk.unreadable} />
    </Section>
  );
};

/** Approves or refuses; the risk has to be taken in so many words where there is one. */
const Decide = ({ request, onDone }: { request: AccessRequest; onDone: () => void }) => {
  const t = useT();
  const toast = useToast();
  const [said, setSaid] = useState('');
  const [taken, setTaken] = useState(false);
  const { id, risk } = request;
  const hasRisk = risk === undefined || !['none', 'minor'].includes(risk.level);
  const decision = said.trim();
  const approve = useMutation({
    mutationFn: () =>
      call('access.request.approve', {
        params: { id },
        body: { acceptRisk: taken, ...(decision === '' ? {} : { decision }) },
      }),
    onSuccess: ({ state }) => {
      toast.done(
        t(state === 'active' ? 'access.requests.approved' : 'access.requests.approved-only'),
        () => void call('access.request.end', { params: { id } }).then(onDone).catch(toast.failed),
      );
      onDone();
    },
  });
  const refuse = useMutation({
    mutationFn: () => call('access.request.refuse', { params: { id }, body: { decision } }),
    onSuccess: () => {
      toast.done(t('access.requests.refused'));
      onDone();
    },
  });
  return (
    <div className="stack">
      <Textarea
        label={t('access.requests.decision')}
        description={t('access.requests.decision.note')}
        value={said}
        maxLength={2000}
        rows={2}
        onChange={(event) => setSaid(event.currentTarget.value)}
      />
      {hasRisk && (
        <Checkbox
          label={t('access.requests.take-risk')}
          checked={taken}
          onChange={(event) => setTaken(event.currentTarget.checked)}
        />
      )}
      {approve.isError && <FailureLine error={approve.error} />}
      {refuse.isError && <FailureLine error={refuse.error} />}
      <span className="row wrap">
        <Button disabled={hasRisk && !taken} loading={approve.isPending} onClick={() => approve.mutate()}>
          {t('access.requests.approve')}
        </Button>
        <Button
          variant="default"
          disabled={decision === ''}
          loading={refuse.isPending}
          onClick={() => refuse.mutate()}
        >
          {t('access.requests.refuse')}
        </Button>
      </span>
    </div>
  );
};

const OPEN: ReadonlySet<AccessRequest['state']> = new Set(['asked', 'approved', 'active', 'failed']);

/** Ends it now: the way back from an approval. */
const End = ({ request, onDone }: { request: AccessRequest; onDone: () => void }) => {
  const t = useT();
  const toast = useToast();
  const end = useMutation({
    mutationFn: () => call('access.request.end', { params: { id: request.id } }),
    onSuccess: () => {
      toast.done(t('access.requests.ended'));
      onDone();
    },
    onError: toast.failed,
  });
  return (
    <span>
      <Button variant="default" color="red" loading={end.isPending} onClick={() => end.mutate()}>
        {t(request.state === 'asked' ? 'access.requests.withdraw' : 'access.requests.end')}
      </Button>
    </span>
  );
};

/** Facts of a request, without those it does not have. */
const useRows = (request: Detail): [string, React.ReactNode][] => {
  const t = useT();
  const { span, exact } = useFormat();
  const { namespace, askedBy, askedAtMs, decidedBy, decision, expiresAtMs, endedBy, end } = request;
  const maybe = (label: string, value: React.ReactNode): [string, React.ReactNode][] =>
    value === undefined ? [] : [[label, value]];
  return [
    [t('access.subject'), <Verbatim key="s">{subjectName(request)}</Verbatim>],
    [t('access.requests.grant'), <Verbatim key="g">{grantName(request)}</Verbatim>],
    [
      t('access.scope'),
      namespace === undefined ? t('access.whole-cluster') : <Verbatim key="n">{namespace}</Verbatim>,
    ],
    [t('access.requests.length'), span(request.durationMs)],
    [t('access.requests.asked-by'), <Verbatim key="b">{askedBy}</Verbatim>],
    [t('access.requests.asked-at'), <When key="a" at={askedAtMs} />],
    ...maybe(t('access.requests.decided-by'), decidedBy && <Verbatim>{decidedBy}</Verbatim>),
    ...maybe(t('access.requests.decision'), decision && <Verbatim>{decision}</Verbatim>),
    ...maybe(t('access.requests.ends'), expiresAtMs && exact(expiresAtMs)),
    ...maybe(t('access.requests.ended-by'), endedBy && <Verbatim>{endedBy}</Verbatim>),
    ...maybe(t('access.requests.over'), end && t(`access.requests.over.${end}`)),
  ];
};

/** One request beside the list. */
export const RequestPanel = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const t = useT();
  const asked = useApi('access.request', { params: { id }, refetchMs: 5_000 });
  if (asked.data === undefined)
    return (
      <SidePanel title={t('access.requests.one')} onClose={onClose}>
        <Asked of={asked}>{() => null}</Asked>
      </SidePanel>
    );
  return <Known request={asked.data} onClose={onClose} />;
};

const Known = ({ request, onClose }: { request: Detail; onClose: () => void }) => {
  const t = useT();
  const client = useQueryClient();
  const mayApprove = useMay('access:approve');
  const mayAsk = useMay('access:request');
  const { user } = useSession();
  const rows = useRows(request);
  const { state, level, risk, problem, changedInCluster, yaml, reason, askedBy } = request;
  const renew = (): void => {
    for (const route of ['access.requests', 'access.request'])
      void client.invalidateQueries({ queryKey: [route] });
  };
  const isOwn = askedBy === user.name;
  return (
    <SidePanel
      title={t('access.requests.one')}
      above={
        <span>
          <Badge tone={STATE_TONES[state]}>{t(`access.requests.state.${state}`)}</Badge>
        </span>
      }
      onClose={onClose}
    >
      <Section title={t('accept.reason')}>
        <p>
          <Verbatim>{reason}</Verbatim>
        </p>
      </Section>
      <Facts rows={rows} />
      {problem !== undefined && (
        <p className="warn-text">
          <StoredFailure code={problem.code} detail={problem.detail} />
        </p>
      )}
      {changedInCluster !== undefined && (
        <p className="warn-text">
          {t('access.requests.changed')} <Verbatim>{changedInCluster.by ?? '–'}</Verbatim>
        </p>
      )}
      {risk !== undefined && <Risk risk={risk} />}
      {level === 'proposed-only' && OPEN.has(state) && (
        <Section title={t('access.requests.by-hand')}>
          <p className="quiet">{t('access.requests.by-hand.note')}</p>
          {state !== 'asked' && <CommandBlock text={yaml} />}
        </Section>
      )}
      {state === 'asked' && mayApprove && !isOwn && <Decide request={request} onDone={renew} />}
      {state === 'asked' && isOwn && <p className="quiet">{t('access.requests.own')}</p>}
      {OPEN.has(state) && mayAsk && (mayApprove || isOwn) && <End request={request} onDone={renew} />}
    </SidePanel>
  );
};
