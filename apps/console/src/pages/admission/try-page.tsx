// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, ResponseOf } from '@bartizan/contracts';
import { applyPatch, joinPatches } from '@bartizan/engine/admission';
import { Button, Select, TextInput } from '@mantine/core';
import { IconFlask, IconTool, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { VerdictBadge } from '../../widgets/badges.tsx';
import { Empty, FailureLine, FailureState } from '../../widgets/states.tsx';
import { CommandBlock } from '../../widgets/text.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { type ReadDocument, readDocument, writeDocument } from './document.ts';
import { DocumentField } from './object-field.tsx';
import { Violations } from './violations.tsx';

type Outcome = ResponseOf<'admission.test'>;
const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE'] as const;
type Operation = (typeof OPERATIONS)[number];

interface OutcomeProps {
  readonly outcome: Outcome;
  readonly object: unknown;
  readonly onRepair: (object: unknown) => void;
}
/** What the rules say of the object, place by place, and one patch that repairs what can be repaired. */
const OutcomeCard = ({ outcome, object, onRepair }: OutcomeProps) => {
  const t = useT();
  const { count } = useFormat();
  const open = outcome.violations.filter(({ state }) => state === 'violated');
  const patch = joinPatches(
    object,
    open.map((violation) => violation.patch),
  );
  return (
    <section className="card" aria-label={t('admission.outcome')} aria-live="polite">
      <div className="card-head">
        <h2>{t('admission.outcome')}</h2>
        <VerdictBadge verdict={outcome.verdict} />
      </div>
      <div className="card-body stack">
        <p className="second">
          {t(`admission.outcome.${outcome.verdict}`)}{' '}
          {t('admission.outcome.places', { count: open.length, n: count(open.length) })}
        </p>
        {patch.length > 0 && (
          <div className="stack tight">
            <div className="row apart wrap">
              <strong>{t('admission.patch.whole')}</strong>
              <Button
                variant="default"
                leftSection={<IconTool size={16} aria-hidden="true" />}
                onClick={() => onRepair(applyPatch(object, patch))}
              >
                {t('admission.patch.use')}
              </Button>
            </div>
            <CommandBlock text={JSON.stringify(patch, null, 2)} />
          </div>
        )}
        <Violations violations={outcome.violations} />
        <p className="small quiet">
          {t('admission.revision')} <code>{outcome.policyRevision.slice(0, 12)}</code>
        </p>
      </div>
    </section>
  );
};

const useTrial = (rule: AdmissionRule | undefined) =>
  useMutation({
    mutationFn: async (ask: { object: unknown; operation: Operation; user: string }) => {
      const outcome = await call('admission.test', {
        body: {
          object: ask.object,
          operation: ask.operation,
          ...(ask.user === '' ? {} : { user: ask.user }),
          ...(rule === undefined ? {} : { rules: [rule] }),
        },
      });
      return { outcome, object: ask.object };
    },
  });

/** Of which rules the trial asks: all in force, or the one the address names. */
const AgainstLine = ({ rule }: { rule: AdmissionRule | undefined }) => {
  const t = useT();
  const { text } = useFormat();
  const { set } = useView();
  if (rule === undefined) return <p className="second">{t('admission.try.all')}</p>;
  return (
    <p className="row wrap">
      <span className="second">{t('admission.try.one')}</span>
      <strong>{text(rule.title)}</strong>
      <Button
        variant="subtle"
        leftSection={<IconX size={14} aria-hidden="true" />}
        onClick={() => set({ sel: undefined })}
      >
        {t('admission.try.against-all')}
      </Button>
    </p>
  );
};

const TrialForm = ({ rule }: { rule: AdmissionRule | undefined }) => {
  const t = useT();
  const [text, setText] = useState(() => {
    const [example] = rule?.tests.mustViolate ?? [];
    return example === undefined ? '' : writeDocument(example.object);
  });
  const [read, setRead] = useState<ReadDocument>();
  const [operation, setOperation] = useState<Operation>('CREATE');
  const [user, setUser] = useState('');
  const trial = useTrial(rule);
  const ask = (next: string): void => {
    const document = readDocument(next);
    setText(next);
    setRead(document);
    if (document.ok) trial.mutate({ object: document.value, operation, user: user.trim() });
    else trial.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask(text);
  };
  return (
    <div className="two-columns">
      <form className="card card-body stack" onSubmit={submit}>
        <AgainstLine rule={rule} />
        <DocumentField
          label={t('admission.object')}
          description={t('admission.object.note')}
          value={text}
          onChange={(next) => {
            setText(next);
            setRead(undefined);
          }}
          read={read}
        />
        <div className="form-pair">
          <Select
            label={t('admission.operation')}
            data={OPERATIONS.map((value) => ({ value, label: value }))}
            value={operation}
            onChange={(value) => setOperation(OPERATIONS.find((one) => one === value) ?? 'CREATE')}
            renderOption={({ option }) => <span translate="no">{option.label}</span>}
          />
          <TextInput
            label={t('admission.user')}
            description={t('admission.user.note')}
            value={user}
            maxLength={253}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => setUser(event.currentTarget.value)}
          />
        </div>
        <span>
          <Button
            type="submit"
            size="sm"
            loading={trial.isPending}
            leftSection={<IconFlask size={16} aria-hidden="true" />}
          >
            {t('admission.try.button')}
          </Button>
        </span>
      </form>
      <div className="stack">
        {trial.isError && <FailureLine error={trial.error} />}
        {trial.data === undefined ? (
          <div className="card">
            <Empty title={t('admission.try.none')} icon={<IconFlask size={24} aria-hidden="true" />}>
              {t('admission.try.none.note')}
            </Empty>
          </div>
        ) : (
          <OutcomeCard {...trial.data} onRepair={(object) => ask(writeDocument(object))} />
        )}
      </div>
    </div>
  );
};

/** Tries an object before anybody sends it to a cluster. */
export const AdmissionTryPage = () => {
  const t = useT();
  const { search } = useView();
  const id = search.sel;
  const asked = useApi('admission.rule', { params: { id: id ?? '' }, enabled: id !== undefined });
  const rule = id === undefined ? undefined : asked.data?.rule;
  return (
    <div className="page">
      <AdmissionHead title={t('admission.try')} note={t('admission.try.note')} />
      {id !== undefined && asked.isError && (
        <FailureState error={asked.error} retry={() => void asked.refetch()} />
      )}
      {(id === undefined || rule !== undefined) && <TrialForm key={rule?.id ?? 'all'} rule={rule} />}
    </div>
  );
};
