// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { Switch } from '@mantine/core';
import { isUnwatched } from '../../data/api-error.ts';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { Asked, Empty, Unknown, Unwatched } from '../../widgets/states.tsx';
import { TabLinks } from '../../widgets/tabs.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { CustomKinds, NotAsked } from './custom-kinds.tsx';

type Coverage = ResponseOf<'admission.coverage'>;
type Kind = Coverage['kinds'][number];
type Namespace = Coverage['namespaces'][number];
const UNCOVERED = 'uncovered';
const SHOWN = 20;

const useCoveredColumns = <T extends Kind | Namespace>(): readonly Column<T>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'objects',
      title: t('admission.objects'),
      width: '110px',
      number: true,
      fromPx: 520,
      cell: (row) =>
        row.objects === undefined ? <Unknown inline why={t('outcome.unknown')} /> : count(row.objects),
    },
    {
      id: 'rules',
      title: t('admission.covering'),
      width: '150px',
      number: true,
      cell: (row) =>
        row.rules === 0 ? <Badge tone="high">{t('admission.uncovered')}</Badge> : count(row.rules),
    },
    {
      id: 'enforced',
      title: t('admission.enforced'),
      width: '150px',
      number: true,
      fromPx: 620,
      cell: (row) => count(row.enforced),
    },
  ];
};

interface TableProps<T> {
  readonly name: string;
  readonly label: string;
  readonly first: Column<T>;
  readonly more?: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
}
const CoverageTable = <T extends Kind | Namespace>({
  name,
  label,
  first,
  more = [],
  rows,
  rowKey,
}: TableProps<T>) => {
  const t = useT();
  const { search } = useView();
  const shown = rows.filter((row) => search.by !== UNCOVERED || row.rules === 0);
  const columns = [first, ...useCoveredColumns<T>(), ...more];
  if (shown.length === 0) {
    return (
      <div className="card">
        <Empty title={t('admission.coverage.none')}>{t('admission.coverage.none.note')}</Empty>
      </div>
    );
  }
  return (
    <DataTable
      name={name}
      label={label}
      columns={columns}
      items={shown}
      total={shown.length}
      rowKey={rowKey}
    />
  );
};

const LEVELS: Readonly<Record<string, 'ok' | 'accent' | 'high'>> = {
  restricted: 'ok',
  baseline: 'accent',
  privileged: 'high',
};
const PodSecurity = ({ level }: { level: string | undefined }) => {
  const t = useT();
  if (level === undefined) return <Unknown inline why={t('admission.pod-security.none')} />;
  return (
    <Badge tone={LEVELS[level] ?? 'quiet'}>
      <span translate="no">{level}</span>
    </Badge>
  );
};

const Tables = ({ coverage }: { coverage: Coverage }) => {
  const t = useT();
  const { count } = useFormat();
  const { search, set } = useView();
  const tab = search.tab === 'namespaces' || search.tab === 'custom' ? search.tab : 'kinds';
  return (
    <>
      <div className="row apart wrap">
        <TabLinks
          label={t('admission.coverage')}
          current={tab}
          items={[
            { id: 'kinds', label: t('admission.kinds'), count: count(coverage.kinds.length) },
            { id: 'namespaces', label: t('admission.namespaces'), count: count(coverage.namespaces.length) },
            { id: 'custom', label: t('admission.custom'), count: count(coverage.custom.kinds.length) },
          ]}
        />
        {tab !== 'custom' && (
          <Switch
            label={t('admission.coverage.only')}
            checked={search.by === UNCOVERED}
            onChange={(event) => set({ by: event.currentTarget.checked ? UNCOVERED : undefined }, true)}
          />
        )}
      </div>
      <NotAsked resources={coverage.notAsked.slice(0, SHOWN)} total={coverage.notAsked.length} />
      {tab === 'custom' && <CustomKinds custom={coverage.custom} />}
      {tab === 'kinds' && (
        <CoverageTable<Kind>
          name="admission-kinds"
          label={t('admission.kinds')}
          rows={coverage.kinds}
          rowKey={(row) => row.resource}
          first={{
            id: 'kind',
            title: t('field.kind'),
            width: 'minmax(180px, 2fr)',
            cell: (row) => <Cut text={row.resource.replace(/^\//, '')} most={60} mono />,
          }}
        />
      )}
      {tab === 'namespaces' && (
        <CoverageTable<Namespace>
          name="admission-namespaces"
          label={t('admission.namespaces')}
          rows={coverage.namespaces}
          rowKey={(row) => row.namespace}
          first={{
            id: 'namespace',
            title: t('field.namespace'),
            width: 'minmax(140px, 2fr)',
            cell: (row) => <Cut text={row.namespace} most={60} mono />,
          }}
          more={[
            {
              id: 'pod-security',
              title: t('admission.pod-security'),
              width: '190px',
              fromPx: 760,
              cell: (row) => <PodSecurity level={row.podSecurity} />,
            },
          ]}
        />
      )}
    </>
  );
};

/** What no rule looks at: kinds and namespaces, with the level the API server itself enforces. */
export const AdmissionCoveragePage = () => {
  const t = useT();
  const asked = useApi('admission.coverage');
  return (
    <div className="page fill">
      <AdmissionHead title={t('admission.coverage')} note={t('admission.coverage.note')} />
      {isUnwatched(asked.error) ? (
        <div className="card">
          <Unwatched>{t('admission.coverage.unwatched')}</Unwatched>
        </div>
      ) : (
        <Asked of={asked}>{(coverage) => <Tables coverage={coverage} />}</Asked>
      )}
    </div>
  );
};
