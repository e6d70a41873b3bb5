// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ClusterObject, clusterObjects } from '@bartizan/cli';
import { documentOf, GENERATED } from './manifest.ts';

const value = (path: string): string => `{{ .Values.${path} }}`;
const when = (condition: string, text: string): string => `{{- if ${condition} }}\n${text}{{- end }}\n`;
const IS_PERSISTENT = 'eq .Values.storage.kind "persistent"';

/** Options whose every value is a template; what the chart cannot say in one value is put in afterwards. */
const templated = (kind: 'persistent' | 'ephemeral'): readonly ClusterObject[] =>
  clusterObjects({
    version: '{{ .Chart.AppVersion }}',
    controllerImage: value('images.controller'),
    agentImage: value('images.agent'),
    pullPolicy: 'IfNotPresent',
    storage:
      kind === 'persistent'
        ? { kind, size: value('storage.size'), className: value('storage.className') }
        : { kind, sizeLimit: value('storage.sizeLimit') },
    serviceType: 'ClusterIP',
  });

/** Lines that only one of two texts has, as a choice between them. */
function chosenBetween(persistent: string, ephemeral: string): string {
  const [a, b] = [persistent.split('\n'), ephemeral.split('\n')];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return [
    ...a.slice(0, start),
    `{{- if ${IS_PERSISTENT} }}`,
    ...a.slice(start, a.length - end),
    '{{- else }}',
    ...b.slice(start, b.length - end),
    '{{- end }}',
    ...a.slice(a.length - end),
  ].join('\n');
}

/** Where the ports end that the controller may reach: in its policy, its configuration and the annotation of its pod. */
const LAST_PORT = /^.*\b6443\b.*\n/m;
/** The line, and one like it for each port that is opened beside. */
function withMorePorts(line: string): string {
  const [before = '', after = ''] = line.trimEnd().split('6443');
  const port = '{{ int . }}';
  const ports = 'range .Values.network.egressPorts';
  if (/^ +- port: $/.test(before)) return `${line}{{- ${ports} }}\n${before}${port}\n{{- end }}\n`;
  const next = /^ +$/.test(before) ? `,\n${before}${port}` : `,${port}`;
  return `${before}6443{{ ${ports} }}${next}{{ end }}${after}\n`;
}

function templateOf(object: ClusterObject, other: ClusterObject | undefined): string {
  const text = `---\n${documentOf(object)}`
    .replaceAll('imagePullPolicy: IfNotPresent', `imagePullPolicy: ${value('images.pullPolicy')}`)
    .replace('type: ClusterIP', `type: ${value('service.type')}`)
    .replace(LAST_PORT, (line) => withMorePorts(line));
  if (object.kind === 'PersistentVolumeClaim') {
    const line = /^( *)storageClassName: .*\n/m.exec(text)?.[0] ?? '';
    return when(IS_PERSISTENT, text.replace(line, when('.Values.storage.className', line)));
  }
  if (other === undefined || documentOf(other) === documentOf(object)) return text;
  const second = `---\n${documentOf(other)}`
    .replaceAll('imagePullPolicy: IfNotPresent', `imagePullPolicy: ${value('images.pullPolicy')}`)
    .replace(LAST_PORT, (line) => withMorePorts(line));
  return chosenBetween(text, second);
}

/**
 * Keys are made by the chart when there are none, and kept when it goes. Whether there are some only the cluster says: a
 * render that sees none would put new keys over those in use, and what was sealed with them could not be read again.
 */
const KEYS = `{{- if .Values.keys.create }}
{{- if not (lookup "v1" "Namespace" "" "kube-system") }}
{{- fail "keys.create needs a render that sees the cluster (helm install, helm upgrade, --dry-run=server): any other one would replace the keys in use. Set keys.create=false and make the Secret bartizan-keys yourself." }}
{{- end }}
{{- if not (lookup "v1" "Secret" "bartizan" "bartizan-keys") }}
---
apiVersion: v1
kind: Secret
metadata:
  name: bartizan-keys
  namespace: bartizan
  labels:
    app.kubernetes.io/name: bartizan-controller
    app.kubernetes.io/component: controller
    app.kubernetes.io/part-of: bartizan
    app.kubernetes.io/instance: main
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
stringData:
  dataKey: {{ randBytes 32 | quote }}
  localRootToken: {{ printf "bzl_%s" (randAlphaNum 43) | quote }}
  bootstrapAdminPassword: {{ randAlphaNum 20 | quote }}
{{- end }}
{{- end }}
`;

const NOTES = `The first login is admin with a one-time password, which ends 15 minutes after the first sign-in, 24 hours at most
after the install. Read it, then take it away:

  kubectl -n bartizan get secret bartizan-keys -o jsonpath='{.data.bootstrapAdminPassword}' | base64 -d
  kubectl -n bartizan patch secret bartizan-keys --type merge -p '{"data":{"bootstrapAdminPassword":null}}'
{{- if .Values.keys.create }}

Helm keeps the keys that it made in its own record as well: whoever may read Secrets in the namespace
{{ .Release.Namespace }} can read them in sh.helm.release.v1.{{ .Release.Name }}.v1. With keys.create=false it never has them.
{{- end }}

Console: kubectl -n bartizan port-forward service/bartizan-controller 8443:443, then https://localhost:8443

helm uninstall leaves keys, data and policies. It does not know what the controller made: run ./bartizan cluster uninstall
before it, or afterwards delete the webhooks and policies with the label app.kubernetes.io/managed-by=bartizan. What is
left of them refuses requests for which nobody answers any more.
`;

/** Files of the chart, by their path in it. */
export function chartFiles(
  version: string,
  images: { controller: string; agent: string },
): Record<string, string> {
  const other = new Map(
    templated('ephemeral').map((one) => [`${one.kind} ${one.metadata.namespace} ${one.metadata.name}`, one]),
  );
  const templates = templated('persistent').map((one) =>
    templateOf(one, other.get(`${one.kind} ${one.metadata.namespace} ${one.metadata.name}`)),
  );
  return {
    'Chart.yaml': `${GENERATED}apiVersion: v2
name: bartizan
description: Secures containers and Kubernetes from the build to the running process
type: application
version: ${version}
appVersion: "${version}"
kubeVersion: ">=1.30.0-0"
`,
    'values.yaml': `${GENERATED}images:
  # Push what npm run images makes to a registry of yours, and name it here.
  controller: ${images.controller}
  agent: ${images.agent}
  pullPolicy: IfNotPresent
storage:
  # persistent: a volume of this size; ephemeral: on the node, lost with the controller's pod.
  kind: persistent
  size: 10Gi
  sizeLimit: 10Gi
  # Empty: the default class of the cluster.
  className: ""
service:
  # ClusterIP or NodePort.
  type: ClusterIP
network:
  # TCP ports that the controller may reach beside 443 and 6443, e.g. [5000] for a registry at that port, or the one at
  # which the API servers themselves listen (kubectl get endpointslices kubernetes): 8443 in minikube, 16443 in MicroK8s.
  egressPorts: []
keys:
  # true: the Secret bartizan-keys is made where there is none. That needs helm install or helm upgrade.
  # false: you make it yourself, once, as the guide shows. Argo CD, helm template and the like need this: they do not see
  # the cluster when they render, and would replace the keys in use. Helm then has no copy of the keys either.
  create: true
`,
    'templates/bartizan.yaml': `${GENERATED}${templates.join('')}`,
    'templates/keys.yaml': `${GENERATED}${KEYS}`,
    'templates/NOTES.txt': NOTES,
  };
}
