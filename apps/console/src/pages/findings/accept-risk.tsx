// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useMay, useSession } from '../../data/session.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { dateInDays, ReasonField, UntilField } from '../../widgets/risk-fields.tsx';
import { FailureLine } from '../../widgets/states.tsx';
import { Facts, Section, Verbatim } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { endOfDay, matchOfFinding } from '../exceptions/exception-facts.ts';
import { MatchParts } from '../exceptions/match-parts.tsx';
import { STALE_AFTER_EXCEPTION } from '../exceptions/stale-routes.ts';
import type { FindingDetail } from './finding-detail.ts';

/** What is said of a finding by how it stands once its acceptance is taken back. */
const takenBack = (state: FindingDetail['state']) => {
  if (state === 'explained') return 'accept.explained';
  return state === 'accepted' ? 'accept.excepted' : 'accept.reopened';
};

/** Accepting and taking back, each followed by fresh lists. */
const useAcceptance = (finding: FindingDetail) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const refresh = (): void => {
    for (const route of STALE_AFTER_EXCEPTION) void client.invalidateQueries({ queryKey: [route] });
  };
  const reopen = useMutation({
    mutationFn: () => call('finding.reopen', { params: { id: finding.id } }),
    onSuccess: ({ state }) => {
      refresh();
      toast.done(t(takenBack(state)));
    },
    onError: toast.failed,
  });
  const accept = useMutation({
    mutationFn: (body: { reason: string; expiresAtMs: number }) =>
      call('finding.accept', { params: { id: finding.id }, body }),
    onSuccess: () => {
      refresh();
      toast.done(t('accept.done'), () => reopen.mutate());
    },
  });
  const { user } = useSession();
  const match = matchOfFinding(finding);
  const except = useMutation({
    mutationFn: (body: { reason: string; expiresAtMs: number }) =>
      call('exception.create', {
        body: { match: match ?? {}, owner: user.displayName === '' ? user.name : user.displayName, ...body },
      }),
    onSuccess: (made) => {
      refresh();
      toast.done(t('exception.made', { count: made.matches }));
    },
  });
  return { accept, reopen, except, match };
};

const WHERE = ['here', 'everywhere'] as const;

const AcceptForm = ({ finding, onCancel }: { finding: FindingDetail; onCancel: () => void }) => {
  const t = useT();
  const { accept, except, match } = useAcceptance(finding);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => dateInDays(30));
  const [where, setWhere] = useState<string>('here');
  const act = where === 'everywhere' ? except : accept;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const expiresAtMs = endOfDay(until);
    if (reason.trim() !== '' && expiresAtMs > Date.now()) {
      act.mutate({ reason: reason.trim(), expiresAtMs }, { onSuccess: onCancel });
    }
  };
  return (
    <form className="stack tight" onSubmit={submit}>
      {act.isError && <FailureLine error={act.error} />}
      {match !== undefined && (
        <Radio.Group label={t('accept.where')} value={where} onChange={setWhere}>
          <div className="stack tight" style={{ paddingBlock: 4 }}>
            {WHERE.map((choice) => (
              <Radio key={choice} size="sm" value={choice} label={t(`accept.where.${choice}`)} />
            ))}
          </div>
        </Radio.Group>
      )}
      {where === 'everywhere' && match !== undefined && <MatchParts match={match} />}
      <p className="quiet small">{t(where === 'everywhere' ? 'exception.effect' : 'accept.effect')}</p>
      <ReasonField value={reason} onChange={setReason} />
      <UntilField value={until} onChange={setUntil} />
      <span className="row">
        <Button type="submit" loading={act.isPending}>
          {t('accept.button')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('form.cancel')}
        </Button>
      </span>
    </form>
  );
};

/** Accept a risk with a reason and an end, see who did, take it back. */
export const AcceptRisk = ({ finding }: { finding: FindingDetail }) => {
  const t = useT();
  const { exact } = useFormat();
  const may = useMay('findings:accept');
  const [isOpen, setOpen] = useState(false);
  const { reopen } = useAcceptance(finding);
  const { acceptance } = finding;
  if (acceptance !== undefined && finding.state === 'accepted') {
    return (
      <Section title={t('accept.accepted')}>
        <Facts
          rows={[
            [t('accept.owner'), <Verbatim key="o">{acceptance.owner}</Verbatim>],
            [t('accept.reason'), <Verbatim key="r">{acceptance.reason}</Verbatim>],
            [t('accept.until'), exact(acceptance.expiresAtMs)],
            [
              t('accept.exception'),
              acceptance.exception !== undefined && (
                <Link key="x" to="/findings/exceptions" search={{ sel: acceptance.exception }}>
                  {acceptance.exception}
                </Link>
              ),
            ],
          ]}
        />
        {acceptance.exception !== undefined && <p className="quiet small">{t('accept.exception.note')}</p>}
        {may && acceptance.exception === undefined && (
          <span>
            <Button variant="default" loading={reopen.isPending} onClick={() => reopen.mutate()}>
              {t('accept.reopen')}
            </Button>
          </span>
        )}
      </Section>
    );
  }
  if (!may || finding.state !== 'open') return null;
  return (
    <Section title={t('accept.title')}>
      {isOpen ? (
        <AcceptForm finding={finding} onCancel={() => setOpen(false)} />
      ) : (
        <span>
          <Button variant="default" onClick={() => setOpen(true)}>
            {t('accept.open')}
          </Button>
        </span>
      )}
    </Section>
  );
};
