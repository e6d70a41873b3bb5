// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry, RegistryRun } from '@bartizan/contracts';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconLock, IconPlayerPlay, IconPlayerStop, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useFormat, useNow } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { StoredFailure } from '../../widgets/stored-failure.tsx';
import { Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { formOf, isRunning, progressOf } from './registry-draft.ts';

const RUN_TONES = {
  never: 'unknown',
  listing: 'accent',
  scanning: 'accent',
  done: 'quiet',
  cancelled: 'quiet',
  failed: 'high',
} as const satisfies Record<RegistryRun['state'], Tone>;

/** Starting, stopping and removing, each followed by a fresh list. */
const useRegistryActs = (registry: Registry) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const params = { id: registry.id };
  const after = (message: string): void => {
    void client.invalidateQueries({ queryKey: ['registry.list'] });
    toast.done(message);
  };
  const scan = useMutation({
    mutationFn: () => call('registry.scan', { params }),
    onSuccess: () => after(t('registry.scan.started', { name: registry.name })),
    onError: toast.failed,
  });
  const cancel = useMutation({
    mutationFn: () => call('registry.cancel', { params }),
    onSuccess: () => after(t('registry.cancelled', { name: registry.name })),
    onError: toast.failed,
  });
  const remove = useMutation({
    mutationFn: () => call('registry.remove', { params }),
    onSuccess: () => after(t('registry.removed', { name: registry.name })),
    onError: toast.failed,
  });
  return { scan, cancel, remove };
};

/** How the last or present run goes: a bar while it runs, numbers always, the error with its code. */
const Run = ({ registry }: { registry: Registry }) => {
  const t = useT();
  const { count, percent, relative } = useFormat();
  const now = useNow();
  const { run } = registry;
  const share = progressOf(registry);
  const done = run.scanned + run.unchanged + run.failed;
  return (
    <div className="stack tight registry-run">
      <span className="row wrap">
        <Badge tone={RUN_TONES[run.state]}>{t(`run.${run.state}`)}</Badge>
        {run.state === 'scanning' && share !== undefined && (
          <span className="small second">
            {t('run.progress', {
              n: count(done),
              all: count(run.images),
              share: percent(Math.floor(share * 100)),
            })}
          </span>
        )}
        {run.finishedAtMs !== undefined && !isRunning(registry) && (
          <span className="small quiet">
            <When at={run.finishedAtMs} />
          </span>
        )}
        {run.nextAtMs !== undefined && !isRunning(registry) && (
          <span className="small quiet">{t('run.next', { when: relative(run.nextAtMs, now) })}</span>
        )}
      </span>
      {isRunning(registry) && (
        <div
          className="bar-meter"
          role="progressbar"
          aria-label={t('run.bar', { name: registry.name })}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(share === undefined ? {} : { 'aria-valuenow': Math.floor(share * 100) })}
          data-unknown={share === undefined}
        >
          <span style={{ width: `${(share ?? 0.25) * 100}%` }} />
        </div>
      )}
      {run.state !== 'never' && (
        <span className="row wrap small quiet" style={{ gap: 12 }}>
          <span>{t('run.repositories', { count: run.repositories, n: count(run.repositories) })}</span>
          <span>{t('run.images', { count: run.images, n: count(run.images) })}</span>
          <span>{t('run.scanned', { n: count(run.scanned) })}</span>
          <span>{t('run.unchanged', { n: count(run.unchanged) })}</span>
          {run.platforms !== undefined && (
            <span className={run.platforms.from === 'fallback' ? 'warn-text' : undefined}>
              {t(`run.platforms.${run.platforms.from}`, { names: run.platforms.names.join(', ') })}
            </span>
          )}
          {run.skipped !== undefined && run.skipped > 0 && (
            <span>{t('run.skipped', { n: count(run.skipped) })}</span>
          )}
          {run.failed > 0 && (
            <span className="warn-text">{t('run.failed-images', { n: count(run.failed) })}</span>
          )}
        </span>
      )}
      {run.state === 'failed' && (
        <span className="small warn-text">
          {run.code === undefined ? (
            <Verbatim>{run.detail ?? ''}</Verbatim>
          ) : (
            <StoredFailure code={run.code} detail={run.detail} />
          )}
        </span>
      )}
    </div>
  );
};

const Acts = ({ registry }: { registry: Registry }) => {
  const t = useT();
  const { set } = useView();
  const { scan, cancel, remove } = useRegistryActs(registry);
  const [asks, setAsks] = useState(false);
  if (asks) {
    return (
      <span className="row wrap registry-acts">
        <span className="small second">{t('registry.remove.effect')}</span>
        <Button color="red" variant="light" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('registry.remove.sure', { name: registry.name })}
        </Button>
        <Button variant="default" onClick={() => setAsks(false)}>
          {t('form.cancel')}
        </Button>
      </span>
    );
  }
  return (
    <span className="row registry-acts">
      {isRunning(registry) ? (
        <Button
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
          leftSection={<IconPlayerStop size={15} aria-hidden="true" />}
        >
          {t('registry.cancel')}
        </Button>
      ) : (
        <Button
          variant="default"
          loading={scan.isPending}
          onClick={() => scan.mutate()}
          leftSection={<IconPlayerPlay size={15} aria-hidden="true" />}
        >
          {t('registry.scan')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t('registry.acts', { name: registry.name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => set({ sel: registry.id })}>{t('registry.edit')}</Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} aria-hidden="true" />}
            onClick={() => setAsks(true)}
          >
            {t('registry.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
};

/** One registry: what it is, what of it is scanned, how the last run went. */
export const RegistryCard = ({ registry, isSelected }: { registry: Registry; isSelected: boolean }) => {
  const t = useT();
  const may = useMay('registries:manage');
  const includes = registry.includes.map(({ repository, tag }) => `${repository}:${tag}`);
  return (
    <li className="registry" data-selected={isSelected}>
      <div className="stack tight registry-what">
        <span className="row wrap">
          <h2 translate="no" className="anywhere">
            {registry.name}
          </h2>
          <span className="chip" translate="no">
            {formOf(registry.kind).name}
          </span>
          {registry.plainHttp && <Badge tone="high">{t('registry.plain')}</Badge>}
        </span>
        <span className="row wrap small second">
          <Verbatim mono>{registry.host}</Verbatim>
          <span className="row quiet" style={{ gap: 4 }}>
            <IconLock size={13} aria-hidden="true" />
            {t(registry.hasSecret ? 'registry.secret.kept' : 'registry.secret.none')}
          </span>
        </span>
        <span className="row wrap">
          {includes.slice(0, 3).map((filter) => (
            <span key={filter} className="chip mono" translate="no">
              {filter}
            </span>
          ))}
          {includes.length > 3 && (
            <span className="quiet small">{t('image.more-names', { count: includes.length - 3 })}</span>
          )}
          {registry.excludes.length > 0 && (
            <span className="quiet small">
              {t('registry.excludes.count', { count: registry.excludes.length })}
            </span>
          )}
        </span>
        <Link to="/images" search={{ filter: `registry:${registry.id}` }} className="small">
          {t('registry.images')}
        </Link>
      </div>
      <Run registry={registry} />
      {may && <Acts registry={registry} />}
    </li>
  );
};
