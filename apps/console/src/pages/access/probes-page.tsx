// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../data/api-client.ts';
import type { ItemOf } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { AccessList } from './access-list.tsx';

type Probe = ItemOf<'access.probes'>;

const TONES: Readonly<Record<Probe['outcome'], Tone>> = {
  'not-run': 'quiet',
  open: 'critical',
  refused: 'ok',
  closed: 'ok',
  silent: 'unknown',
};

const useColumns = (): readonly Column<Probe>[] => {
  const t = useT();
  const { text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'outcome',
        title: t('access.outcome'),
        width: '190px',
        sort: 'outcome',
        cell: ({ outcome, said }) => (
          <Badge tone={TONES[outcome]} title={said ?? t(`access.outcome.${outcome}`)}>
            {t(`access.outcome.${outcome}`)}
          </Badge>
        ),
      },
      {
        id: 'url',
        title: t('access.request'),
        width: 'minmax(200px, 2fr)',
        sort: 'url',
        cell: ({ url }) => <Cut text={`GET ${url}`} most={56} mono />,
      },
      {
        id: 'what',
        title: t('access.meaning'),
        width: 'minmax(180px, 2fr)',
        below: true,
        cell: ({ what }) => <span title={text(what)}>{text(what)}</span>,
      },
      {
        id: 'about',
        title: t('access.where'),
        width: '160px',
        sort: 'about',
        fromPx: 900,
        cell: ({ about }) =>
          about === 'Cluster' ? t('access.whole-cluster') : <Cut text={about} most={24} mono />,
      },
      {
        id: 'at',
        title: t('access.asked-at'),
        width: '130px',
        fromPx: 1040,
        cell: ({ askedAtMs }) => (askedAtMs === undefined ? '–' : <When at={askedAtMs} />),
      },
    ],
    [t, text],
  );
};

/** Sends every listed probe once; only who may write policies sees it. */
const SendProbes = () => {
  const t = useT();
  const toast = useToast();
  const may = useMay('policies:write');
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: () => call('access.probe', {}),
    onSuccess: ({ asked, open }) => {
      toast.done(t('access.probed', { asked, open }));
      void client.invalidateQueries({ queryKey: ['access.probes'] });
    },
    onError: (error) => toast.failed(error),
  });
  if (!may) return null;
  return (
    <Button
      leftSection={<IconSend size={16} aria-hidden="true" />}
      loading={run.isPending}
      onClick={() => run.mutate()}
    >
      {t('access.probes.send')}
    </Button>
  );
};

/** Harmless requests that prove what answers strangers. */
export const AccessProbesPage = () => (
  <AccessList
    route="access.probes"
    word="probes"
    columns={useColumns()}
    rowKey={({ id }) => id}
    actions={<SendProbes />}
  />
);
