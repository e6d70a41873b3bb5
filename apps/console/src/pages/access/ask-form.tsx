// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import type { Question, Tab } from './question.ts';
import { readQuestion, writeQuestion } from './question.ts';

const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
  'escalate',
];

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
}
const Field = ({ label, hint, value, onChange, required = false }: FieldProps) => (
  <TextInput
    label={label}
    {...(hint === undefined ? {} : { description: hint })}
    value={value}
    required={required}
    maxLength={640}
    spellCheck={false}
    autoCapitalize="none"
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

/** The fields of a question; what is asked stands in the address, so that it can be sent to others. */
export const AskForm = ({ tab }: { tab: Tab }) => {
  const t = useT();
  const { search, set } = useView();
  const [question, setQuestion] = useState<Question>(() => readQuestion(search.sel));
  const change = (part: Partial<Question>): void => setQuestion({ ...question, ...part });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    set({ sel: writeQuestion(tab, question) });
  };
  return (
    <form className="card card-body stack" onSubmit={submit}>
      {tab === 'who-can' && (
        <div className="form-fit">
          <Select
            label={t('access.verb')}
            data={VERBS}
            searchable
            value={question.first === '' ? 'get' : question.first}
            onChange={(value) => change({ first: value ?? 'get' })}
            renderOption={({ option }) => <span translate="no">{option.label}</span>}
          />
          <Field
            label={t('access.resource')}
            hint={t('access.resource.note')}
            value={question.second}
            onChange={(second) => change({ second })}
            required
          />
          <Field
            label={t('field.namespace')}
            hint={t('access.namespace.note')}
            value={question.third}
            onChange={(third) => change({ third })}
          />
        </div>
      )}
      {tab === 'reach' && (
        <div className="form-fit">
          <Field
            label={t('access.from')}
            hint={t('access.pod.note')}
            value={question.first}
            onChange={(first) => change({ first })}
            required
          />
          <Field
            label={t('access.to')}
            hint={t('access.pod.note')}
            value={question.second}
            onChange={(second) => change({ second })}
            required
          />
          <Field
            label={t('access.port')}
            value={question.third}
            onChange={(third) => change({ third })}
            required
          />
        </div>
      )}
      {tab !== 'who-can' && tab !== 'reach' && (
        <Field
          label={t('access.subject')}
          hint={t('access.subject.note')}
          value={question.first}
          onChange={(first) => change({ first })}
          required
        />
      )}
      <span>
        <Button type="submit" leftSection={<IconSearch size={16} aria-hidden="true" />}>
          {t('access.ask.do')}
        </Button>
      </span>
    </form>
  );
};
