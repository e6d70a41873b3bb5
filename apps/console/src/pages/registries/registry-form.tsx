// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry, RegistryTrial } from '@bartizan/contracts';
import { Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { IconCheck, IconPlugConnected, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { FormFoot } from '../../widgets/form-foot.tsx';
import { Prose } from '../../widgets/prose.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { FailureLine } from '../../widgets/states.tsx';
import { Verbatim } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { RegistryAccess } from './registry-access.tsx';
import {
  type DraftProps,
  draftOf,
  EMPTY_DRAFT,
  EVERY_CHOICES,
  KIND_FORMS,
  KINDS,
  keepsSecret,
  type RegistryDraft,
  readKeys,
  settingsOf,
  withKind,
} from './registry-draft.ts';
import { RegistryPushes } from './registry-pushes.tsx';

const MANUAL = 'manual';

/** Which images, of which platforms, how many tags. */
const Selection = ({ draft, change }: DraftProps) => {
  const t = useT();
  return (
    <fieldset className="form-part">
      <legend>{t('registry.what')}</legend>
      <Textarea
        label={t('registry.includes')}
        description={t('registry.includes.note')}
        value={draft.includes}
        onChange={(event) => change({ includes: event.currentTarget.value })}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={20_000}
        spellCheck={false}
        className="mono-input"
      />
      <Textarea
        label={t('registry.excludes')}
        description={t('registry.excludes.note')}
        value={draft.excludes}
        onChange={(event) => change({ excludes: event.currentTarget.value })}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={20_000}
        spellCheck={false}
        className="mono-input"
      />
      <div className="form-pair">
        <TextInput
          label={t('registry.newest')}
          description={t('registry.newest.note')}
          value={draft.newestTags}
          inputMode="numeric"
          pattern="[0-9]{0,5}"
          onChange={(event) => change({ newestTags: event.currentTarget.value.normalize('NFKC') })}
        />
        <TextInput
          label={t('registry.platforms')}
          description={t('registry.platforms.note')}
          value={draft.platforms}
          placeholder="linux/amd64"
          maxLength={1100}
          spellCheck={false}
          onChange={(event) => change({ platforms: event.currentTarget.value.normalize('NFKC') })}
        />
      </div>
    </fieldset>
  );
};

/** Whose signatures count. */
const Signing = ({ draft, change }: DraftProps) => {
  const t = useT();
  const isUnread = draft.signingKeys.trim() !== '' && readKeys(draft.signingKeys).length === 0;
  return (
    <fieldset className="form-part">
      <legend>{t('image.signature')}</legend>
      <Textarea
        label={t('registry.keys')}
        description={t('registry.keys.note')}
        placeholder="-----BEGIN PUBLIC KEY-----"
        value={draft.signingKeys}
        onChange={(event) => change({ signingKeys: event.currentTarget.value })}
        error={isUnread && t('registry.keys.unread')}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={131_072}
        spellCheck={false}
        className="mono-input"
      />
    </fieldset>
  );
};

/** When it runs by itself, and how hard. */
const Timing = ({ draft, change }: DraftProps) => {
  const t = useT();
  const every = EVERY_CHOICES.find((choice) => choice === draft.everyMs);
  const choices = [
    { value: MANUAL, label: t('registry.every.manual') },
    ...EVERY_CHOICES.map((choice) => ({ value: String(choice), label: t(`registry.every.${choice}`) })),
    // A span that the API allows and this list does not offer stays as it is.
    ...(draft.everyMs !== undefined && every === undefined
      ? [{ value: String(draft.everyMs), label: t('registry.every.own', { n: draft.everyMs / 60_000 }) }]
      : []),
  ];
  return (
    <fieldset className="form-part">
      <legend>{t('registry.when')}</legend>
      <div className="form-pair">
        <Select
          label={t('registry.every')}
          data={choices}
          value={draft.everyMs === undefined ? MANUAL : String(draft.everyMs)}
          onChange={(value) =>
            change({ everyMs: value === null || value === MANUAL ? undefined : Number(value) })
          }
          allowDeselect={false}
        />
        <NumberInput
          label={t('registry.concurrency')}
          value={draft.concurrency}
          min={1}
          max={4}
          size="sm"
          onChange={(value) => change({ concurrency: Math.min(4, Math.max(1, Number(value) || 1)) })}
        />
      </div>
    </fieldset>
  );
};

/** What trying the connection showed: that it holds, or the code, what happened, and what to do. */
const Trial = ({ trial }: { trial: RegistryTrial }) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <div className="banner" data-tone={trial.ok ? 'ok' : 'error'} role="status">
      {trial.ok ? (
        <IconCheck size={18} aria-hidden="true" color="var(--ok)" />
      ) : (
        <IconX size={18} aria-hidden="true" color="var(--danger)" />
      )}
      <div style={{ flex: 1 }}>
        <strong>{t(trial.ok ? 'registry.try.ok' : 'registry.try.failed')}</strong>{' '}
        <span className="quiet small">
          {trial.repositories !== undefined &&
            `${t('run.repositories', { count: trial.repositories, n: count(trial.repositories) })} · `}
          {t('registry.try.elapsed', { n: count(trial.elapsedMs) })}
        </span>
        {trial.detail !== undefined && (
          <div className="small">
            <Verbatim>{trial.detail}</Verbatim>
          </div>
        )}
        {trial.remedy !== undefined && (
          <div className="small second">
            <Prose text={trial.remedy} />
          </div>
        )}
      </div>
      {trial.code !== undefined && <code className="quiet">{trial.code}</code>}
    </div>
  );
};

const useSave = (registry: Registry | undefined, draft: RegistryDraft, onSaved: () => void) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  // The draft is of the settings that were read first; the list goes on reading.
  const [readAtMs] = useState(registry?.updatedAtMs);
  const renew = (): void => void client.invalidateQueries({ queryKey: ['registry.list'] });
  return useMutation({
    mutationFn: () =>
      registry === undefined
        ? call('registry.create', { body: settingsOf(draft) })
        : call('registry.update', {
            ...{ params: { id: registry.id }, body: settingsOf(draft) },
            ifMatch: String(readAtMs),
          }),
    onSuccess: (kept) => {
      renew();
      toast.done(t(registry === undefined ? 'registry.added' : 'registry.saved', { name: kept.name }));
      onSaved();
    },
    // Where somebody else saved in between, the form that is opened next starts from that.
    onError: renew,
  });
};

/** Adds a registry or changes one: only the fields of its kind; the secret goes in and never comes out. */
export const RegistryForm = ({ registry, onClose }: { registry?: Registry; onClose: () => void }) => {
  const t = useT();
  const [draft, setDraft] = useState<RegistryDraft>(() =>
    registry === undefined ? EMPTY_DRAFT : draftOf(registry),
  );
  const attempt = useMutation({
    mutationFn: () =>
      call('registry.try', {
        body: { settings: settingsOf(draft), ...(registry === undefined ? {} : { id: registry.id }) },
      }),
  });
  const change = (part: Partial<RegistryDraft>): void => {
    attempt.reset();
    setDraft((before) => ({ ...before, ...part }));
  };
  const save = useSave(registry, draft, onClose);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  const isWhole = draft.name.trim() !== '' && draft.host.trim() !== '';
  return (
    <SidePanel
      title={registry === undefined ? t('registry.add') : <span translate="no">{registry.name}</span>}
      onClose={onClose}
    >
      <form className="stack" onSubmit={submit}>
        <fieldset className="form-part">
          <legend>{t('registry.which')}</legend>
          <div className="form-pair">
            <Select
              label={t('field.kind')}
              data={KINDS.map((kind) => ({ value: kind, label: KIND_FORMS[kind].name }))}
              value={draft.kind}
              onChange={(value) => change(withKind(draft, KINDS.find((kind) => kind === value) ?? 'docker'))}
              allowDeselect={false}
              renderOption={({ option }) => <span translate="no">{option.label}</span>}
              searchable
            />
            <TextInput
              label={t('field.name')}
              value={draft.name}
              maxLength={128}
              required
              withAsterisk={false}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
          </div>
          <RegistryAccess draft={draft} change={change} hasSecret={keepsSecret(draft, registry)} />
        </fieldset>
        <Selection draft={draft} change={change} />
        <Signing draft={draft} change={change} />
        <Timing draft={draft} change={change} />
        <RegistryPushes draft={draft} change={change} registry={registry} />
        {attempt.isError && <FailureLine error={attempt.error} />}
        {attempt.data !== undefined && <Trial trial={attempt.data} />}
        <FormFoot
          action={t(registry === undefined ? 'registry.save-new' : 'registry.save')}
          sent={save}
          onClose={onClose}
        >
          <Button
            variant="default"
            disabled={!isWhole}
            loading={attempt.isPending}
            onClick={() => attempt.mutate()}
            leftSection={<IconPlugConnected size={16} aria-hidden="true" />}
          >
            {t('registry.try')}
          </Button>
        </FormFoot>
      </form>
    </SidePanel>
  );
};
