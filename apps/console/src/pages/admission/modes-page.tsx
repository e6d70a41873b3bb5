// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useApi } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Asked, Empty, FailureLine } from '../../widgets/states.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { BindingDiff } from './binding-diff.tsx';
import { withMode } from './binding-draft.ts';
import { BindingTable } from './binding-table.tsx';
import { BlastRadius, useSimulation } from './blast-radius.tsx';
import { ModeForm } from './mode-form.tsx';
import { NativeCard } from './native-card.tsx';
import { ReportsCard } from './reports-card.tsx';
import { type BindingDraft, useBindingDraft } from './use-binding-draft.ts';

/** Ids of new bindings: dotted and lower-case, never the same twice. */
let made = 0;
const newId = (): string => {
  made += 1;
  return `binding.c${Date.now().toString(36)}-${made}`;
};

/** Somebody else applied a change meanwhile: nothing of it is overwritten, and nothing of mine is lost. */
const Conflict = ({ draft }: { draft: BindingDraft }) => {
  const t = useT();
  return (
    <div className="banner" data-tone="warning" role="alert">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div style={{ flex: 1 }}>
        <strong>{t('admission.conflict')}</strong>
        <div className="small second">{t('admission.conflict.note')}</div>
      </div>
      <Button variant="default" loading={draft.catchUp.isPending} onClick={() => draft.catchUp.mutate()}>
        {t('admission.conflict.rebase')}
      </Button>
    </div>
  );
};

/** The draft: what it changes, what it would do, and only then the button. */
const DraftCard = ({ draft }: { draft: BindingDraft }) => {
  const t = useT();
  const { count } = useFormat();
  const simulation = useSimulation({ bindings: [...draft.draft] }, draft.changes.length > 0);
  const { asked, isUnwatched } = simulation;
  const denied = asked.data?.newlyDenied;
  if (draft.changes.length === 0) {
    return (
      <div className="card">
        <Empty title={t('admission.draft.none')} icon={<IconShieldCheck size={24} aria-hidden="true" />}>
          {t('admission.draft.none.note')}
        </Empty>
      </div>
    );
  }
  return (
    <section className="card card-body stack" aria-label={t('admission.draft')}>
      <h2>{t('admission.draft')}</h2>
      <BindingDiff changes={draft.changes} />
      <BlastRadius simulation={simulation} />
      {draft.isConflict ? (
        <Conflict draft={draft} />
      ) : (
        draft.apply.isError && <FailureLine error={draft.apply.error} />
      )}
      <span className="row wrap">
        <Button
          size="sm"
          disabled={!isUnwatched && denied === undefined}
          loading={draft.apply.isPending}
          onClick={() => draft.apply.mutate()}
        >
          {denied === undefined
            ? t('admission.apply.blind')
            : t('admission.apply', { count: denied, n: count(denied) })}
        </Button>
        <Button variant="subtle" onClick={draft.discard}>
          {t('admission.draft.discard')}
        </Button>
      </span>
    </section>
  );
};

const Modes = ({ read }: { read: ResponseOf<'admission.bindings'> }) => {
  const t = useT();
  const { search } = useView();
  const may = useMay('policies:write');
  const draft = useBindingDraft(read);
  return (
    <div className="two-columns">
      <div className="stack">
        {may && (
          <ModeForm
            key={search.sel ?? ''}
            firstRules={search.sel === undefined ? [] : [search.sel]}
            onAdd={(change) => draft.change(withMode(draft.draft, change, newId))}
          />
        )}
        <section className="card" aria-label={t('admission.bindings')}>
          <div className="card-head">
            <h2>{t('admission.bindings')}</h2>
          </div>
          {draft.draft.length === 0 ? (
            <Empty title={t('admission.bindings.none')}>{t('admission.bindings.none.note')}</Empty>
          ) : (
            <BindingTable bindings={draft.draft} mayChange={may} onChange={draft.change} />
          )}
        </section>
      </div>
      <div className="stack">
        {may && <DraftCard draft={draft} />}
        <NativeCard mayChange={may} />
        <ReportsCard mayChange={may} />
      </div>
    </div>
  );
};

/** Which rule refuses, warns or records where; a change is simulated before it can be applied. */
export const AdmissionModesPage = () => {
  const t = useT();
  const asked = useApi('admission.bindings');
  return (
    <div className="page">
      <AdmissionHead title={t('admission.modes')} note={t('admission.modes.note')} />
      <Asked of={asked}>{(read) => <Modes read={read} />}</Asked>
    </div>
  );
};
