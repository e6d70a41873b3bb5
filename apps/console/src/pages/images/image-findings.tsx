// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretEvidence } from '@bartizan/contracts';
import { IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListTable } from '../../widgets/list-table.tsx';
import { SecretPreview } from '../../widgets/secret-preview.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { useFindingColumns } from '../findings/finding-columns.tsx';
import type { ImageDetail } from './image-detail.ts';
import { certaintyOf, findingsOfImage } from './image-facts.ts';

type Finding = ItemOf<'finding.list'>;

/** What is not known about an image, above a list that would look clean without it. */
const Doubt = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { doubt } = certaintyOf(image.scan);
  if (doubt === undefined) return null;
  return <Unknown why={t(`image.doubt.${doubt}`)} what={t('image.doubt.list')} />;
};

interface FindingTableProps {
  readonly name: string;
  readonly label: string;
  readonly detail: ImageDetail;
  readonly filter: string;
  readonly columns: readonly Column<Finding>[];
  readonly empty: { readonly title: string; readonly note: string };
}
const FindingTable = ({ name, label, detail, filter, columns, empty }: FindingTableProps) => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const query = { filter, sort: search.sort ?? 'severity' };
  const list = useList('finding.list', { query });
  const isUnknown = certaintyOf(detail.image.scan).certainty === 'unknown';
  if (isUnknown && list.items.length === 0 && !list.isLoading && !list.isError)
    return <Doubt detail={detail} />;
  return (
    <>
      <div className="row wrap apart">
        <Doubt detail={detail} />
        <span className="row wrap" style={{ marginLeft: 'auto' }}>
          <Link to="/findings" search={{ by: 'list', filter }}>
            {t('image.findings.all')}
          </Link>
          <ExportMenu route="finding.list" query={query} />
        </span>
      </div>
      <ListTable
        list={list}
        name={name}
        label={label}
        columns={columns}
        rowKey={(row) => row.id}
        onOpen={(row) =>
          void navigate({ to: '/findings/$id', params: { id: row.id }, search: { by: 'list', filter } })
        }
        emptyTitle={empty.title}
        emptyNote={empty.note}
      />
    </>
  );
};

/** What is wrong with an image itself. */
export const ImageFindingList = ({ detail }: { detail: ImageDetail }) => {
  const t = useT();
  const columns = useFindingColumns({ withWorkload: false });
  return (
    <FindingTable
      name="image-findings"
      label={t('page.findings')}
      detail={detail}
      filter={findingsOfImage(detail.image.digest, 'state:open')}
      columns={columns}
      empty={{ title: t('findings.none'), note: t('image.findings.none.note') }}
    />
  );
};

const VERIFICATION_TONES = { verified: 'critical', plausible: 'high', unverified: 'quiet' } as const;
const Verification = ({ secret }: { secret: SecretEvidence | undefined }) => {
  const t = useT();
  if (secret === undefined) return <span className="quiet">–</span>;
  return <Badge tone={VERIFICATION_TONES[secret.verification]}>{t(`secret.${secret.verification}`)}</Badge>;
};

const useSecretColumns = (): readonly Column<Finding>[] => {
  const t = useT();
  const { text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'title',
        title: t('finding.title'),
        width: 'minmax(180px, 2fr)',
        cell: (row) => (
          <Link
            to="/findings/$id"
            params={{ id: row.id }}
            search={{ by: 'list' }}
            className="row-link cut"
            title={text(row.title)}
          >
            {text(row.title)}
          </Link>
        ),
      },
      {
        id: 'severity',
        title: t('field.severity'),
        width: '104px',
        sort: 'severity',
        fromPx: 560,
        cell: (row) => <SeverityBadge severity={row.severity} />,
      },
      {
        id: 'place',
        title: t('secret.place'),
        width: 'minmax(160px, 2fr)',
        cell: (row) =>
          row.location === undefined ? (
            <span className="quiet">–</span>
          ) : (
            <span className="row">
              {row.location.kind === 'deleted-file' && (
                <span className="row warn-text" title={t('secret.deleted')}>
                  <IconTrash size={14} aria-hidden="true" />
                  <span className="visually-hidden">{t('secret.deleted')}</span>
                </span>
              )}
              <Cut
                text={
                  row.location.kind.endsWith('file')
                    ? `${row.location.path}:${row.location.line}`
                    : row.location.path
                }
                most={48}
                mono
              />
            </span>
          ),
      },
      {
        id: 'preview',
        title: t('secret.preview'),
        width: 'minmax(110px, 160px)',
        fromPx: 700,
        cell: ({ secret }) => (secret === undefined ? '–' : <SecretPreview preview={secret.preview} />),
      },
      {
        id: 'verification',
        title: t('secret.verification'),
        width: '140px',
        fromPx: 860,
        cell: (row) => <Verification secret={row.secret} />,
      },
    ],
    [t, text],
  );
};

/** Secrets in an image: where, what kind, and whether they are real. Never their values. */
export const ImageSecrets = ({ detail }: { detail: ImageDetail }) => {
  const t = useT();
  const columns = useSecretColumns();
  return (
    <>
      <p className="quiet">{t('secret.note')}</p>
      <FindingTable
        name="image-secrets"
        label={t('image.tab.secrets')}
        detail={detail}
        filter={findingsOfImage(detail.image.digest, 'kind:secret state:open')}
        columns={columns}
        empty={{ title: t('secret.none'), note: t('secret.none.note') }}
      />
    </>
  );
};
