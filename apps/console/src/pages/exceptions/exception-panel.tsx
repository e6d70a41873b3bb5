// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FindingException } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useMay } from '../../data/session.ts';
import { useFormat, useNow } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Facts, Section, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { ExceptionEnd } from './exception-end.tsx';
import { stateOf } from './exception-facts.ts';
import { MatchParts } from './match-parts.tsx';
import { STALE_AFTER_EXCEPTION } from './stale-routes.ts';

/** Findings that an exception accepts now. */
const filterOf = ({ id }: FindingException): string => `exception:${id} state:accepted`;

const Remove = ({ exception, onClose }: { exception: FindingException; onClose: () => void }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const refresh = (): void => {
    for (const route of STALE_AFTER_EXCEPTION) void client.invalidateQueries({ queryKey: [route] });
  };
  const { match, owner, reason, expiresAtMs } = exception;
  const again = useMutation({
    mutationFn: () => call('exception.create', { body: { match, owner, reason, expiresAtMs } }),
    onSuccess: refresh,
    onError: toast.failed,
  });
  const remove = useMutation({
    mutationFn: () => call('exception.remove', { params: { id: exception.id } }),
    onSuccess: () => {
      refresh();
      toast.done(t('exception.removed'), expiresAtMs > Date.now() ? () => again.mutate() : undefined);
      onClose();
    },
    onError: toast.failed,
  });
  if (!asks) {
    return (
      <span>
        <Button variant="default" color="red" onClick={() => setAsks(true)}>
          {t('exception.remove')}
        </Button>
      </span>
    );
  }
  return (
    <div className="stack tight">
      <p className="second small">{t('exception.remove.effect', { count: exception.matches })}</p>
      <span className="row wrap">
        <Button color="red" variant="light" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('exception.remove.sure')}
        </Button>
        <Button variant="default" onClick={() => setAsks(false)}>
          {t('form.cancel')}
        </Button>
      </span>
    </div>
  );
};

/** One exception beside the list: what it is for, who answers for it, what it accepts now, and the way back. */
export const ExceptionPanel = ({
  exception,
  onClose,
}: {
  exception: FindingException;
  onClose: () => void;
}) => {
  const t = useT();
  const { exact, count } = useFormat();
  const now = useNow();
  const may = useMay('findings:accept');
  return (
    <SidePanel title={t('exception.one')} above={<ExceptionEnd exception={exception} />} onClose={onClose}>
      <Section title={t('exception.for')}>
        <MatchParts match={exception.match} />
      </Section>
      <Section title={t('accept.reason')}>
        <p>
          <Verbatim>{exception.reason}</Verbatim>
        </p>
      </Section>
      <Facts
        rows={[
          [t('exception.owner'), <Verbatim key="o">{exception.owner}</Verbatim>],
          [t('accept.until'), exact(exception.expiresAtMs)],
          [
            t('exception.matches'),
            <Link key="m" to="/findings" search={{ by: 'list', filter: filterOf(exception) }}>
              {count(exception.matches)}
            </Link>,
          ],
          [t('exception.by'), <Verbatim key="b">{exception.createdBy}</Verbatim>],
          [t('exception.made-at'), <When key="c" at={exception.createdAtMs} />],
        ]}
      />
      {stateOf(exception, now) === 'expired' && <p className="second">{t('exception.expired.note')}</p>}
      {may && <Remove exception={exception} onClose={onClose} />}
    </SidePanel>
  );
};
