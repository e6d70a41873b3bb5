// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ClusterObject, clusterObjects, grantObjects, type ObjectOptions } from '@bartizan/cli';
import { chartFiles } from './chart.ts';
import { bundleOf, GENERATED } from './manifest.ts';

/** Options of the files: images that are carried to the nodes by hand, data on a volume. */
export const defaultOptions = (version: string): ObjectOptions => ({
  version,
  controllerImage: `localhost/bartizan-controller:${version}`,
  agentImage: `localhost/bartizan-agent:${version}`,
  pullPolicy: 'IfNotPresent',
  storage: { kind: 'persistent', size: '10Gi' },
  serviceType: 'ClusterIP',
});

const kustomization = (
  version: string,
  objects: readonly ClusterObject[],
): string => `${GENERATED}# ${objects.length} objects. An overlay may set the images:
#   images:
#     - name: localhost/bartizan-controller
#       newName: registry.example/security/bartizan-controller
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - bartizan.yaml
images:
  - name: localhost/bartizan-controller
    newTag: "${version}"
  - name: localhost/bartizan-agent
    newTag: "${version}"
`;

/** Every generated file of deploy/, by its path in the checkout. */
export function deploymentFiles(version: string): Record<string, string> {
  const options = defaultOptions(version);
  const objects = clusterObjects(options);
  const bundle = `${GENERATED}${bundleOf(objects)}`;
  const chart = chartFiles(version, { controller: options.controllerImage, agent: options.agentImage });
  return {
    'deploy/kubernetes/access-requests.yaml': `${GENERATED}# Not part of an installation: apply it where requests for access shall be carried out by the controller.\n${bundleOf(grantObjects())}`,
    'deploy/kubernetes/bartizan.yaml': bundle,
    'deploy/kustomize/base/bartizan.yaml': bundle,
    'deploy/kustomize/base/kustomization.yaml': kustomization(version, objects),
    ...Object.fromEntries(
      Object.entries(chart).map(([path, text]) => [`deploy/helm/bartizan/${path}`, text]),
    ),
  };
}
