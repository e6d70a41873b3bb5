// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionException } from '@bartizan/contracts';
import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useSession } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import { FormFoot } from '../../widgets/form-foot.tsx';
import { dateInDays, ReasonField, UntilField } from '../../widgets/risk-fields.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { endOfDay } from '../exceptions/exception-facts.ts';
import { GlobChoice, RuleChoice } from './rule-choice.tsx';
import { renewPolicy } from './stale-routes.ts';

interface Scope {
  readonly rules: readonly string[];
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
  readonly images: readonly string[];
}
const NOTHING: Scope = { rules: [], namespaces: [], names: [], images: [] };

interface ScopeFieldsProps {
  readonly scope: Scope;
  readonly change: (part: Partial<Scope>) => void;
  readonly isMissing: boolean;
}
const ScopeFields = ({ scope, change, isMissing }: ScopeFieldsProps) => {
  const t = useT();
  return (
    <fieldset className="form-part">
      <legend>{t('exception.for')}</legend>
      <RuleChoice value={scope.rules} onChange={(rules) => change({ rules })} />
      <GlobChoice
        label={t('admission.namespaces')}
        description={t('admission.exception.namespaces')}
        value={scope.namespaces}
        onChange={(namespaces) => change({ namespaces })}
      />
      <GlobChoice
        label={t('admission.exception.names')}
        description={t('admission.exception.names.note')}
        value={scope.names}
        onChange={(names) => change({ names })}
      />
      <GlobChoice
        label={t('admission.exception.images')}
        description={t('admission.exception.images.note')}
        value={scope.images}
        onChange={(images) => change({ images })}
      />
      {isMissing && (
        <p className="warn-text small" role="alert">
          {t('admission.exception.missing')}
        </p>
      )}
    </fieldset>
  );
};

const useCreate = (onDone: () => void) => {
  const t = useT();
  const toast = useToast();
  return useMutation({
    mutationFn: (body: AdmissionException) => call('admission.exception.create', { body }),
    onSuccess: ({ id }) => {
      renewPolicy();
      toast.done(
        t('admission.exception.made'),
        () =>
          void call('admission.exception.remove', { params: { id } }).then(renewPolicy).catch(toast.failed),
      );
      onDone();
    },
  });
};

/** A new exception: from which rules, where, who answers for it, why, and until when. */
export const AdmissionExceptionForm = ({ onClose }: { onClose: () => void }) => {
  const t = useT();
  const { user } = useSession();
  const { search } = useView();
  const [scope, setScope] = useState<Scope>(
    search.by === undefined ? NOTHING : { ...NOTHING, rules: [search.by] },
  );
  const [owner, setOwner] = useState(user.displayName === '' ? user.name : user.displayName);
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [until, setUntil] = useState(() => dateInDays(30));
  const [tried, setTried] = useState(false);
  const create = useCreate(onClose);
  const isWhole = scope.rules.length > 0 && scope.namespaces.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!isWhole) return;
    create.mutate({
      id: `exception.c${Date.now().toString(36)}`,
      rules: [...scope.rules],
      namespaces: [...scope.namespaces],
      ...(scope.names.length === 0 ? {} : { names: [...scope.names] }),
      ...(scope.images.length === 0 ? {} : { images: [...scope.images] }),
      owner: owner.trim(),
      reason: reason.trim(),
      ...(ticket.trim() === '' ? {} : { ticket: ticket.trim() }),
      expiresAtMs: endOfDay(until),
    });
  };
  return (
    <SidePanel title={t('exception.new')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="quiet">{t('admission.exception.effect')}</p>
        <ScopeFields
          scope={scope}
          change={(part) => setScope((before) => ({ ...before, ...part }))}
          isMissing={tried && !isWhole}
        />
        <ReasonField value={reason} onChange={setReason} />
        <div className="form-pair">
          <TextInput
            label={t('exception.owner')}
            value={owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
            maxLength={256}
            required
            withAsterisk={false}
          />
          <UntilField value={until} onChange={setUntil} />
        </div>
        <TextInput
          label={t('admission.exception.ticket')}
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
          maxLength={256}
          spellCheck={false}
        />
        <FormFoot action={t('exception.button')} sent={create} onClose={onClose} />
      </form>
    </SidePanel>
  );
};
