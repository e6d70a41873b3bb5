// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequestWish } from '@bartizan/contracts';
import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { FormFoot } from '../../widgets/form-foot.tsx';
import { ReasonField } from '../../widgets/risk-fields.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { roleOf, rulesOf, subjectOf } from './request-facts.ts';

const MINUTE_MS = 60_000;
/** Lengths to choose from, in minutes: from the shortest to the longest there is. */
const LENGTHS = [15, 30, 60, 120, 240, 480, 1440] as const;

interface Draft {
  readonly subject: string;
  readonly role: string;
  readonly verbs: string;
  readonly resources: string;
  readonly namespace: string;
}
const EMPTY: Draft = { subject: '', role: '', verbs: '', resources: '', namespace: '' };

/** What is asked for; undefined: something is missing, or both a role and verbs are given. */
function wishOf(
  draft: Draft,
): Pick<AccessRequestWish, 'subject' | 'role' | 'rules' | 'namespace'> | undefined {
  const subject = subjectOf(draft.subject);
  const [role, rules] = [roleOf(draft.role), rulesOf(draft.verbs, draft.resources)];
  if (subject === undefined || (role === undefined) === (rules === undefined)) return undefined;
  const namespace = draft.namespace.trim();
  return {
    subject,
    ...(role === undefined ? {} : { role }),
    ...(rules === undefined ? {} : { rules }),
    ...(namespace === '' ? {} : { namespace }),
  };
}

interface FieldProps {
  readonly name: keyof Draft;
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}
const LABELS = {
  subject: ['access.subject', 'access.subject.note'],
  role: ['access.role', 'access.requests.role.note'],
  verbs: ['access.requests.verbs', 'access.requests.verbs.note'],
  resources: ['access.requests.resources', 'access.requests.resources.note'],
  namespace: ['access.requests.namespace', 'access.namespace.note'],
} as const;

const Field = ({ name, draft, change }: FieldProps) => {
  const t = useT();
  const [label, note] = LABELS[name];
  return (
    <TextInput
      label={t(label)}
      description={t(note)}
      value={draft[name]}
      maxLength={512}
      spellCheck={false}
      autoCapitalize="none"
      onChange={(event) => change({ [name]: event.currentTarget.value })}
    />
  );
};

/** Asks for access: who, what, where, how long, why. */
export const RequestForm = ({ onClose }: { onClose: () => void }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const { span } = useFormat();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [minutes, setMinutes] = useState('60');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const wish = wishOf(draft);
  const ask = useMutation({
    mutationFn: (wanted: NonNullable<ReturnType<typeof wishOf>>) =>
      call('access.request.ask', {
        body: { ...wanted, reason: reason.trim(), durationMs: Number(minutes) * MINUTE_MS },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['access.requests'] });
      toast.done(t('access.requests.asked'));
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (wish !== undefined) ask.mutate(wish);
  };
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  return (
    <SidePanel title={t('access.requests.new')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="quiet">{t('access.requests.effect')}</p>
        {(['subject', 'role', 'verbs', 'resources', 'namespace'] as const).map((name) => (
          <Field key={name} name={name} draft={draft} change={change} />
        ))}
        {tried && wish === undefined && (
          <p className="warn-text small" role="alert">
            {t('access.requests.missing')}
          </p>
        )}
        <NativeSelect
          label={t('access.requests.length')}
          value={minutes}
          onChange={(event) => setMinutes(event.currentTarget.value)}
          data={LENGTHS.map((one) => ({ value: String(one), label: span(one * MINUTE_MS) }))}
        />
        <ReasonField value={reason} onChange={setReason} />
        <FormFoot action={t('access.requests.ask')} sent={ask} onClose={onClose} />
      </form>
    </SidePanel>
  );
};
