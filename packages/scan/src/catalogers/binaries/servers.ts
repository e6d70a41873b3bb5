// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ALONE, GO_ALONE, n, type Product } from './product.ts';

/** Servers and proxies. */
export const SERVERS: readonly Product[] = [
  {
    name: 'openresty',
    cpe: 'openresty:openresty',
    files: /^(?:nginx|openresty)$/,
    patterns: [/openresty\/(\d+(?:\.\d+){3})/],
  },
  { name: 'nginx', cpe: 'f5:nginx', files: /^nginx$/, patterns: [n('nginx version: nginx/'), n('nginx/')] },
  { name: 'httpd', cpe: 'apache:http_server', files: /^(?:httpd|apache2)$/, patterns: [n('Apache/')] },
  { name: 'lighttpd', cpe: 'lighttpd:lighttpd', files: /^lighttpd$/, patterns: [n('lighttpd/')] },
  {
    name: 'haproxy',
    cpe: 'haproxy:haproxy',
    files: /^haproxy$/,
    patterns: [
      /HA-?Proxy version (\d+\.\d+(?:\.\d+|-dev\d+))/,
      /version (\d\.\d\.\d{1,2}), released/,
      /HA-?Proxy version \0{0,8}(\d+\.\d+(?:\.\d+|-dev\d+))/,
      /\0(\d\.\d(?:\.\d{1,2}|-dev\d{1,2}))-[0-9a-f]{6,9}\0/,
    ],
  },
  {
    name: 'envoy',
    cpe: 'envoyproxy:envoy',
    files: /^envoy$/,
    patterns: [/\0(1\.\d{1,2}\.\d{1,2})(?:-dev)?\0/, /\/(1\.\d{1,2}\.\d{1,2})\/(?:Clean|Modified)\/RELEASE/],
  },
  {
    name: 'traefik',
    cpe: 'traefik:traefik',
    files: /^traefik$/,
    patterns: [
      /\0v?([123]\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc)\.?\d{1,2})?)\0/,
      /[^\d.]v?([123]\.\d{1,2}\.\d{1,2})\0\0/,
    ],
  },
  {
    name: 'proftpd',
    cpe: 'proftpd:proftpd',
    files: /^proftpd$/,
    patterns: [/ProFTPD Version (\d\.\d\.\d{1,2}[a-z]?)/],
  },
  {
    name: 'nginx-ingress-controller',
    cpe: 'kubernetes:ingress-nginx',
    files: /^nginx-ingress-controller$/,
    patterns: [GO_ALONE],
  },
  {
    name: 'istio',
    cpe: 'istio:istio',
    files: /^pilot-(?:agent|discovery)$/,
    patterns: [ALONE, /\0(1\.\d{1,2}-dev)\0/],
  },
  {
    name: 'fluent-bit',
    cpe: 'treasuredata:fluent_bit',
    files: /^fluent-bit$/,
    patterns: [/\0(\d\.\d{1,2}\.\d{1,2})\0[\s\S]{0,40}Fluent Bit v%s/, /Fluent Bit v(\d\.\d{1,2}\.\d{1,2})/],
  },
  {
    name: 'grafana',
    cpe: 'grafana:grafana',
    files: /^grafana(?:-server)?$/,
    patterns: [/(\d{1,2}\.\d{1,2}\.\d{1,2}(?:-beta\d)?)\0[\s\S]{0,24}go1\.\d/, GO_ALONE],
  },
  {
    name: 'consul',
    cpe: 'hashicorp:consul',
    files: /^consul$/,
    patterns: [n('consul/version\\.GitDescribe=v?'), n('CONSUL_VERSION: '), ALONE],
  },
  {
    name: 'vault',
    cpe: 'hashicorp:vault',
    files: /^vault$/,
    patterns: [ALONE, /0x%016x(1\.\d{1,2}\.\d{1,2}?)(?:\n?123-abc|\d\.\d)/],
  },
  {
    name: 'helm',
    cpe: 'helm:helm',
    files: /^helm$/,
    patterns: [/v([234]\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc)\.\d{1,2})?)\0/],
  },
  {
    name: 'openldap',
    cpe: 'openldap:openldap',
    files: /^(?:slapd|ldap(?:search|add|modify|whoami|delete))$/,
    patterns: [/OpenLDAP: \w{1,20} (\d\.\d{1,2}\.\d{1,3})/],
  },
];
