// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useSession } from '../../data/session.ts';
import { useT } from '../../i18n/language.ts';
import { FormFoot } from '../../widgets/form-foot.tsx';
import { dateInDays, ReasonField, UntilField } from '../../widgets/risk-fields.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { EMPTY_MATCH, endOfDay, MATCH_PARTS, type MatchDraft, matchOf } from './exception-facts.ts';
import { STALE_AFTER_EXCEPTION } from './stale-routes.ts';

interface MatchFieldsProps {
  readonly match: MatchDraft;
  readonly change: (match: MatchDraft) => void;
  readonly isMissing: boolean;
}
const MatchFields = ({ match, change, isMissing }: MatchFieldsProps) => {
  const t = useT();
  return (
    <fieldset className="form-part">
      <legend>{t('exception.for')}</legend>
      <p className="quiet small">{t('exception.for.note')}</p>
      <div className="form-pair">
        {MATCH_PARTS.map((part) => (
          <TextInput
            key={part}
            label={t(`field.${part}`)}
            placeholder={t(`exception.example.${part}`)}
            value={match[part]}
            maxLength={part === 'path' ? 4096 : 512}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => {
              const { value } = event.currentTarget;
              change({ ...match, [part]: value });
            }}
          />
        ))}
      </div>
      {isMissing && (
        <p className="warn-text small" role="alert">
          {t('exception.for.missing')}
        </p>
      )}
    </fieldset>
  );
};

/** A new exception: what it is for, who answers for it, why, and until when. */
export const ExceptionForm = ({ onClose }: { onClose: () => void }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const { user } = useSession();
  const [match, setMatch] = useState<MatchDraft>(EMPTY_MATCH);
  const [owner, setOwner] = useState(user.displayName === '' ? user.name : user.displayName);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => dateInDays(90));
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: (wanted: NonNullable<ReturnType<typeof matchOf>>) =>
      call('exception.create', {
        body: { match: wanted, owner: owner.trim(), reason: reason.trim(), expiresAtMs: endOfDay(until) },
      }),
    onSuccess: (made) => {
      for (const route of STALE_AFTER_EXCEPTION) void client.invalidateQueries({ queryKey: [route] });
      toast.done(t('exception.made', { count: made.matches }));
      onClose();
    },
  });
  const wanted = matchOf(match);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (wanted !== undefined) create.mutate(wanted);
  };
  return (
    <SidePanel title={t('exception.new')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="quiet">{t('exception.effect')}</p>
        <MatchFields match={match} change={setMatch} isMissing={tried && wanted === undefined} />
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
        <FormFoot action={t('exception.button')} sent={create} onClose={onClose} />
      </form>
    </SidePanel>
  );
};
