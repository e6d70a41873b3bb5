// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, AdmissionRuleRow } from '@bartizan/contracts';
import { Button, Switch } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { ApiError } from '../../data/api-error.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Badge } from '../../widgets/badges.tsx';
import { Empty, FailureLine, FailureState, Loading, Unknown } from '../../widgets/states.tsx';
import { Section } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { BlastRadius, useSimulation } from './blast-radius.tsx';
import { type ReadDocument, readDocument } from './document.ts';
import { ExampleName } from './example-name.tsx';
import { DocumentField } from './object-field.tsx';
import { useOpenedRule } from './opened-rule.ts';
import { type ExampleResult, firstText, isTaken, replaces, tryExamples, versionOf } from './rule-draft.ts';
import { renewPolicy } from './stale-routes.ts';

const TONES = { held: 'ok', failed: 'critical', later: 'unknown' } as const;

const ExampleResults = ({ results }: { results: readonly ExampleResult[] }) => {
  const t = useT();
  return (
    <Section title={t('admission.examples')}>
      {results.length === 0 && <Unknown why={t('admission.examples.none')} />}
      <ul className="list-plain stack tight">
        {results.map(({ example, state }) => (
          <li key={`${String(example.mustViolate)} ${example.name}`} className="row wrap">
            <Badge tone={TONES[state]}>{t(`admission.example.${state}`)}</Badge>
            <ExampleName example={example} />
            <span className="small quiet">
              {t(example.mustViolate ? 'admission.example.must-violate' : 'admission.example.must-pass')}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
};

/** What the controller says against a rule, place by place. */
const Refusal = ({ error }: { error: unknown }) => (
  <div className="stack tight">
    <FailureLine error={error} />
    {error instanceof ApiError && error.fields.length > 0 && (
      <ul className="evidence" translate="no">
        {error.fields.map(({ pointer, detail }) => (
          <li key={`${pointer} ${detail}`}>
            <code>{pointer}</code> {detail}
          </li>
        ))}
      </ul>
    )}
  </div>
);

interface Tested {
  readonly text: string;
  readonly rule: AdmissionRule;
  readonly results: readonly ExampleResult[];
}

type ReadRule = Pick<AdmissionRuleRow, 'rule' | 'revision' | 'enabled'>;

const useSave = (read: ReadRule | undefined) => {
  const t = useT();
  const toast = useToast();
  const navigate = useNavigate();
  const own = read?.rule;
  /** What somebody else saved in between is not overwritten. */
  const put = ({ rule, enabled }: { rule: AdmissionRule; enabled: boolean }, over: ReadRule) =>
    call('admission.rule.put', {
      ...{ params: { id: rule.id }, body: { rule, enabled } },
      ifMatch: versionOf(over),
    });
  const undo = useMutation({
    mutationFn: async (saved: AdmissionRuleRow) => {
      if (read !== undefined && replaces(own, saved.rule.id)) await put(read, saved);
      else await call('admission.rule.remove', { params: { id: saved.rule.id } });
    },
    onSuccess: renewPolicy,
    onError: toast.failed,
  });
  return useMutation({
    mutationFn: (change: { rule: AdmissionRule; enabled: boolean }) =>
      read !== undefined && replaces(own, change.rule.id)
        ? put(change, read)
        : call('admission.rule.create', { body: change }),
    onSuccess: (row) => {
      renewPolicy();
      const { id } = row.rule;
      toast.done(t('admission.rule.saved', { id }), () => undo.mutate(row));
      void navigate({ to: '/admission/rules/$id', params: { id } });
    },
    // Where somebody else saved in between, what is shown elsewhere is old too.
    onError: renewPolicy,
  });
};

interface EditorProps {
  readonly rule: AdmissionRule | undefined;
  readonly isOwn: boolean;
  readonly isEnabled: boolean;
  /** The rule of one's own that is changed. */
  readonly read: ReadRule | undefined;
}

const useTest = (text: string) => {
  const [read, setRead] = useState<ReadDocument>();
  const test = useMutation({
    mutationFn: async (document: ReadDocument & { ok: true }): Promise<Tested> => ({
      text,
      // Held to the schema by the controller, which the test asks first.
      rule: document.value as AdmissionRule,
      results: await tryExamples(document.value),
    }),
  });
  const run = (): void => {
    const document = readDocument(text);
    setRead(document);
    if (document.ok) test.mutate(document);
    else test.reset();
  };
  const tested = test.data?.text === text ? test.data : undefined;
  return { read, forget: () => setRead(undefined), run, test, tested };
};

/** What testing showed: the examples, and what the rule would do to what exists. */
const TestCard = ({ state }: { state: ReturnType<typeof useTest> }) => {
  const t = useT();
  const { test, tested } = state;
  const simulation = useSimulation(
    { rules: tested === undefined ? [] : [tested.rule] },
    tested !== undefined,
  );
  if (test.isError) return <Refusal error={test.error} />;
  if (tested === undefined) {
    return (
      <div className="card">
        <Empty title={t('admission.rule.untested')} icon={<IconFlask size={24} aria-hidden="true" />}>
          {t('admission.rule.untested.note')}
        </Empty>
      </div>
    );
  }
  return (
    <div className="card card-body stack" aria-live="polite">
      <ExampleResults results={tested.results} />
      <BlastRadius simulation={simulation} />
    </div>
  );
};

const Editor = ({ rule, isOwn, isEnabled, read }: EditorProps) => {
  const t = useT();
  const [text, setText] = useState(() => firstText(rule, isOwn));
  const [enabled, setEnabled] = useState(isEnabled);
  const state = useTest(text);
  const save = useSave(read);
  const { tested } = state;
  const isHeld = tested?.results.every((one) => one.state !== 'failed') === true;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    state.run();
  };
  return (
    <div className="two-columns">
      <form className="card card-body stack" onSubmit={submit}>
        <DocumentField
          label={t('admission.rule.text')}
          description={t('admission.rule.text.note')}
          value={text}
          onChange={(next) => {
            setText(next);
            state.forget();
            save.reset();
          }}
          read={state.read}
          minRows={24}
        />
        <Switch
          label={t('admission.rule.enabled')}
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        {save.isError && <Refusal error={save.error} />}
        {isTaken(save.error) && <p className="warn-text small">{t('admission.rule.taken')}</p>}
        <span className="row wrap">
          <Button
            type="submit"
            variant="default"
            size="sm"
            loading={state.test.isPending}
            leftSection={<IconFlask size={16} aria-hidden="true" />}
          >
            {t('admission.rule.test')}
          </Button>
          <Button
            size="sm"
            disabled={!isHeld}
            loading={save.isPending}
            onClick={() => tested !== undefined && save.mutate({ rule: tested.rule, enabled })}
          >
            {t('admission.rule.save')}
          </Button>
          <Button component={Link} to="/admission" variant="subtle" size="sm">
            {t('form.cancel')}
          </Button>
        </span>
        {!isHeld && <p className="small quiet">{t('admission.rule.save.note')}</p>}
      </form>
      <div className="stack">
        <TestCard state={state} />
      </div>
    </div>
  );
};

/** Writes a rule of one's own: tested and simulated before it is saved. */
export const AdmissionEditorPage = () => {
  const t = useT();
  const { search } = useView();
  const may = useMay('policies:write');
  const id = search.sel;
  const { asked, row } = useOpenedRule(id);
  const isOwn = (row ?? asked.data)?.origin === 'user';
  return (
    <div className="page">
      <BackLink to="/admission" label={t('page.admission')} />
      <div className="page-head">
        <div>
          <h1>{t(id !== undefined && isOwn ? 'admission.rule.edit' : 'admission.rule.new')}</h1>
          <p>{t('admission.editor.note')}</p>
        </div>
      </div>
      {!may && <Unknown why={t('admission.may-not')} />}
      {id !== undefined && asked.isError && (
        <FailureState error={asked.error} retry={() => void asked.refetch()} />
      )}
      {may && id !== undefined && row === undefined && !asked.isError && <Loading />}
      {may && (id === undefined || row !== undefined) && (
        <Editor
          key={id ?? 'new'}
          rule={row?.rule}
          isOwn={isOwn}
          read={isOwn ? row : undefined}
          isEnabled={isOwn ? (row?.enabled ?? true) : true}
        />
      )}
    </div>
  );
};
