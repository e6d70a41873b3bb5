// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { StoredAdmissionException } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useMay } from '../../data/session.ts';
import { useFormat, useNow } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Facts, Section, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { ExceptionEnd } from '../exceptions/exception-end.tsx';
import { stateOf } from '../exceptions/exception-facts.ts';
import { renewPolicy } from './stale-routes.ts';

interface PanelProps {
  readonly stored: StoredAdmissionException;
  readonly onClose: () => void;
}

/** Ends an exception now; the toast makes it again as it was, while its date is still to come. */
const EndNow = ({ stored, onClose }: PanelProps) => {
  const t = useT();
  const toast = useToast();
  const [asks, setAsks] = useState(false);
  const { exception } = stored;
  const again = useMutation({
    mutationFn: () => call('admission.exception.create', { body: exception }),
    onSuccess: renewPolicy,
    onError: toast.failed,
  });
  const end = useMutation({
    mutationFn: () => call('admission.exception.remove', { params: { id: exception.id } }),
    onSuccess: () => {
      renewPolicy();
      toast.done(
        t('admission.exception.ended'),
        exception.expiresAtMs > Date.now() ? () => again.mutate() : undefined,
      );
      onClose();
    },
    onError: toast.failed,
  });
  if (!asks) {
    return (
      <span>
        <Button variant="default" color="red" onClick={() => setAsks(true)}>
          {t('admission.exception.end')}
        </Button>
      </span>
    );
  }
  return (
    <div className="stack tight">
      <p className="second small">{t('admission.exception.end.effect')}</p>
      <span className="row wrap">
        <Button color="red" variant="light" loading={end.isPending} onClick={() => end.mutate()}>
          {t('admission.exception.end.sure')}
        </Button>
        <Button variant="default" onClick={() => setAsks(false)}>
          {t('form.cancel')}
        </Button>
      </span>
    </div>
  );
};

/** One exception beside the list: from which rules, where, who answers for it, and the way back. */
export const AdmissionExceptionPanel = ({ stored, onClose }: PanelProps) => {
  const t = useT();
  const { exact } = useFormat();
  const now = useNow();
  const may = useMay('policies:write');
  const { exception } = stored;
  const mono = (values: readonly string[] | undefined) =>
    values !== undefined && <Verbatim mono>{values.join(', ')}</Verbatim>;
  return (
    <SidePanel title={t('exception.one')} above={<ExceptionEnd exception={exception} />} onClose={onClose}>
      <Section title={t('exception.for')}>
        <Facts
          rows={[
            [t('admission.rules'), mono(exception.rules)],
            [t('admission.namespaces'), mono(exception.namespaces)],
            [t('admission.exception.names'), mono(exception.names)],
            [t('admission.exception.images'), mono(exception.images)],
          ]}
        />
      </Section>
      <Section title={t('accept.reason')}>
        <p>
          <Verbatim>{exception.reason}</Verbatim>
        </p>
      </Section>
      <Facts
        rows={[
          [t('exception.owner'), <Verbatim key="o">{exception.owner}</Verbatim>],
          [
            t('admission.exception.ticket'),
            exception.ticket !== undefined && <Verbatim key="t">{exception.ticket}</Verbatim>,
          ],
          [t('accept.until'), exact(exception.expiresAtMs)],
          [t('exception.by'), <Verbatim key="b">{stored.createdBy}</Verbatim>],
          [t('exception.made-at'), <When key="c" at={stored.createdAtMs} />],
          [t('admission.id'), <code key="i">{exception.id}</code>],
        ]}
      />
      {stateOf(exception, now) === 'expired' && <p className="second">{t('admission.exception.over')}</p>}
      {may && <EndNow stored={stored} onClose={onClose} />}
    </SidePanel>
  );
};
