// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent } from '@bartizan/contracts/compliance';
import { compareReleases, type ReleaseNumber } from './release-number.ts';

/** What a setting is when nobody sets it. */
interface Default {
  readonly component: BenchmarkComponent;
  readonly name: string;
  readonly value: string;
  /** First and last release with this default, as `major.minor`; absent: all that benchmarks know. */
  readonly from?: readonly [number, number];
  readonly to?: readonly [number, number];
  /** Only when the kubelet reads a configuration file, or only when it reads none. */
  readonly withFile?: boolean;
}

const PLUGINS_1_28 =
  'CertificateApproval,CertificateSigning,CertificateSubjectRestriction,DefaultIngressClass,DefaultStorageClass,DefaultTolerationSeconds,LimitRanger,MutatingAdmissionWebhook,NamespaceLifecycle,PersistentVolumeClaimResize,PodSecurity,Priority,ResourceQuota,RuntimeClass,ServiceAccount,StorageObjectInUseProtection,TaintNodesByCondition,ValidatingAdmissionPolicy,ValidatingAdmissionWebhook';

const DEFAULTS: readonly Default[] = [
  { component: 'kube-apiserver', name: '--anonymous-auth', value: 'true' },
  { component: 'kube-apiserver', name: '--profiling', value: 'true' },
  { component: 'kube-apiserver', name: '--authorization-mode', value: 'AlwaysAllow' },
  { component: 'kube-apiserver', name: '--audit-log-maxage', value: '0', to: [1, 34] },
  { component: 'kube-apiserver', name: '--audit-log-maxage', value: '366', from: [1, 36] },
  { component: 'kube-apiserver', name: '--audit-log-maxbackup', value: '0', to: [1, 34] },
  { component: 'kube-apiserver', name: '--audit-log-maxbackup', value: '100', from: [1, 36] },
  { component: 'kube-apiserver', name: '--audit-log-maxsize', value: '0', to: [1, 34] },
  { component: 'kube-apiserver', name: '--audit-log-maxsize', value: '100', from: [1, 36] },
  { component: 'kube-apiserver', name: '--service-account-lookup', value: 'true' },
  { component: 'kube-apiserver', name: '--service-account-extend-token-expiration', value: 'true' },
  { component: 'kube-apiserver', name: '--request-timeout', value: '1m0s' },
  { component: 'kube-apiserver', name: '--enable-bootstrap-token-auth', value: 'false' },
  { component: 'kube-apiserver', name: '--enable-admission-plugins', value: PLUGINS_1_28 },
  { component: 'kube-apiserver', name: '--disable-admission-plugins', value: '' },
  { component: 'kube-controller-manager', name: '--profiling', value: 'true' },
  { component: 'kube-controller-manager', name: '--terminated-pod-gc-threshold', value: '12500' },
  { component: 'kube-controller-manager', name: '--use-service-account-credentials', value: 'false' },
  { component: 'kube-controller-manager', name: '--bind-address', value: '0.0.0.0' },
  { component: 'kube-controller-manager', name: '--feature-gates', value: '' },
  { component: 'kube-scheduler', name: '--profiling', value: 'true' },
  { component: 'kube-scheduler', name: '--bind-address', value: '0.0.0.0' },
  { component: 'etcd', name: '--client-cert-auth', value: 'false' },
  { component: 'etcd', name: '--peer-client-cert-auth', value: 'false' },
  { component: 'etcd', name: '--auto-tls', value: 'false' },
  { component: 'etcd', name: '--peer-auto-tls', value: 'false' },
  { component: 'kubelet', name: '--anonymous-auth', value: 'false', withFile: true },
  { component: 'kubelet', name: '--anonymous-auth', value: 'true', withFile: false },
  { component: 'kubelet', name: '--authorization-mode', value: 'Webhook', withFile: true },
  { component: 'kubelet', name: '--authorization-mode', value: 'AlwaysAllow', withFile: false },
  { component: 'kubelet', name: '--read-only-port', value: '0', withFile: true },
  { component: 'kubelet', name: '--read-only-port', value: '10255', withFile: false },
  { component: 'kubelet', name: '--streaming-connection-idle-timeout', value: '4h0m0s' },
  { component: 'kubelet', name: '--make-iptables-util-chains', value: 'true' },
  { component: 'kubelet', name: '--event-qps', value: '5', to: [1, 26] },
  { component: 'kubelet', name: '--event-qps', value: '50', from: [1, 27] },
  { component: 'kubelet', name: '--rotate-certificates', value: 'false' },
  { component: 'kubelet', name: '--seccomp-default', value: 'false' },
  { component: 'kubelet', name: '--pod-max-pids', value: '-1' },
  { component: 'kubelet', name: 'serverTLSBootstrap', value: 'false' },
  { component: 'kubelet', name: '--feature-gates', value: '' },
  { component: 'kube-proxy', name: '--metrics-bind-address', value: '127.0.0.1:10249' },
  { component: 'dockerd', name: '--icc', value: 'true' },
  { component: 'dockerd', name: '--iptables', value: 'true' },
  { component: 'dockerd', name: '--log-level', value: 'info' },
  { component: 'dockerd', name: '--insecure-registry', value: '' },
  { component: 'dockerd', name: '--storage-driver', value: 'overlay2' },
  { component: 'dockerd', name: '--live-restore', value: 'false' },
  { component: 'dockerd', name: '--userland-proxy', value: 'true' },
  { component: 'dockerd', name: '--no-new-privileges', value: 'false' },
  { component: 'dockerd', name: '--experimental', value: 'false' },
  { component: 'dockerd', name: '--log-driver', value: 'json-file' },
  { component: 'dockerd', name: '--cgroup-parent', value: '' },
  { component: 'dockerd', name: '--seccomp-profile', value: 'builtin' },
];

/**
 * Distributions that put defaults of their own in place of those of Kubernetes. RKE2 is none of them: it starts the
 * programs of Kubernetes as they are, with every argument in sight.
 */
const OWN_DEFAULTS: ReadonlySet<string> = new Set(['k3s', 'eks', 'gke', 'aks']);

/** Flags that k3s gives to none of its parts by itself, in every release we know: there Kubernetes decides. */
const LEFT_BY_K3S: ReadonlySet<string> = new Set([
  '--audit-log-maxage',
  '--audit-log-maxbackup',
  '--audit-log-maxsize',
  '--audit-log-path',
  '--audit-policy-file',
  '--disable-admission-plugins',
  '--event-qps',
  '--metrics-bind-address',
  '--request-timeout',
  '--rotate-certificates',
  '--service-account-extend-token-expiration',
  '--service-account-lookup',
  '--terminated-pod-gc-threshold',
  '--token-auth-file',
]);

/** Whether a distribution may set something by itself that nobody else set, so that its value is not known. */
export function isSetElsewhere(distribution: string | undefined, name: string, hasDefault: boolean): boolean {
  if (!OWN_DEFAULTS.has(distribution ?? '')) return false;
  if (distribution === 'k3s') return !LEFT_BY_K3S.has(name);
  return hasDefault;
}

const release = ([major, minor]: readonly [number, number]): ReleaseNumber => ({ major, minor });

/** A default: of this release, or one of several and the release is not known. */
export type KnownDefault = { readonly value: string } | 'depends-on-version' | undefined;

/**
 * The default of a setting in a release. Without a known release only a default that every release shares is one:
 * a guess between two would be a verdict by chance.
 */
export function defaultOf(
  component: BenchmarkComponent,
  name: string,
  version: ReleaseNumber | undefined,
  hasFile: boolean,
): KnownDefault {
  const named = DEFAULTS.filter(
    (one) =>
      one.component === component &&
      one.name === name &&
      (one.withFile === undefined || one.withFile === hasFile),
  );
  const fitting = named.filter(
    (one) =>
      version === undefined ||
      ((one.from === undefined || compareReleases(version, release(one.from)) >= 0) &&
        (one.to === undefined || compareReleases(version, release(one.to)) <= 0)),
  );
  const [first] = fitting;
  if (first !== undefined && fitting.every(({ value }) => value === first.value))
    return { value: first.value };
  return named.length === 0 ? undefined : 'depends-on-version';
}
