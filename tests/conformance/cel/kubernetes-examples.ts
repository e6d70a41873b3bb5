// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Expressions with functions of Kubernetes, all of them true; a real API server agrees (tests/e2e/native-policy). */
export const TRUE_EXPRESSIONS: readonly string[] = [
  // Lists
  '[1, 2, 2].isSorted() && ![2, 1].isSorted() && ["a", "b"].isSorted()',
  '[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [duration("1m"), duration("2s")].sum() == duration("62s")',
  '[3, 1, 2].min() == 1 && ["b", "c"].max() == "c"',
  '[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2 && [1].indexOf(5) == -1',
  '"abcb".indexOf("b") == 1 && "abcb".lastIndexOf("b") == 3',
  '[[1], [2, 3]].flatten() == [1, 2, 3] && lists.range(3) == [0, 1, 2]',
  '[1, 2, 2, 1].distinct() == [1, 2] && [3, 1].sort() == [1, 3] && [1, 2].reverse() == [2, 1]',
  '[1, 2, 3, 4].slice(1, 3) == [2, 3]',
  'sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])',
  '["bb", "a"].sortBy(x, x.size()) == ["a", "bb"] && [1, 2].first().value() == 1 && ![1].filter(x, x > 1).last().hasValue()',
  // Regular expressions
  '"abc 123".find("[0-9]+") == "123" && "abc".find("x") == ""',
  '"1 a 22".findAll("[0-9]+") == ["1", "22"] && "1 2 3".findAll("[0-9]", 2) == ["1", "2"]',
  // URLs
  'url("https://user@example.com:80/a%20b?x=1&x=2&y=#f").getHost() == "example.com:80"',
  'url("https://example.com:80/").getHostname() == "example.com" && url("https://example.com:80/").getPort() == "80"',
  'url("https://[::1]:80/a").getHostname() == "::1" && url("https://[::1]:80/a").getHost() == "[::1]:80"',
  'url("https://example.com/a b").getEscapedPath() == "/a%20b" && url("/x").getScheme() == ""',
  'url("https://e.com/?k=a&k=b").getQuery() == {"k": ["a", "b"]}',
  'isURL("/path") && isURL("https://a") && !isURL("a/b") && !isURL("https://a:b/") && !isURL("../x")',
  // Quantities
  'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("500m").isLessThan(quantity("1"))',
  'quantity("1k") == quantity("1000") && quantity("1e3").compareTo(quantity("1k")) == 0',
  'quantity("1.5").asApproximateFloat() == 1.5 && !quantity("1.5").isInteger() && quantity("2k").asInteger() == 2000',
  'quantity("1").add(quantity("500m")) == quantity("1500m") && sign(quantity("5").sub(3)) == 1',
  '!quantity("1000m").isInteger() && !quantity("1.0").isInteger() && !quantity("1.5Gi").isInteger()',
  '!quantity("100Ti").isInteger() && !quantity("1Pi").isInteger() && !quantity("1000000000000000000").isInteger()',
  'quantity("1e3").isInteger() && quantity("1Gi").asInteger() == 1073741824 && quantity("10Ti").isInteger()',
  '!quantity("500m").add(quantity("500m")).isInteger() && quantity("16Ei") == quantity("9Ei")',
  'isQuantity("-12.5Mi") && !isQuantity("1 Gi") && !isQuantity("") && isQuantity("Gi") && !isQuantity("1ki")',
  // Addresses
  'ip("::ffff").family() == 6 && ip("127.0.0.1").isLoopback() && !ip("10.0.0.1").isLoopback()',
  'ip("fe80::1").isLinkLocalUnicast() && ip("224.0.0.5").isLinkLocalMulticast() && ip("0.0.0.0").isUnspecified()',
  'ip("8.8.8.8").isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast()',
  'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1") && !ip.isCanonical("2001:db8:0:0:0:0:0:1")',
  'isIP("1.2.3.4") && !isIP("1.2.3") && !isIP("01.2.3.4") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0")',
  'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.0"))',
  'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.1.0.0/16").containsCIDR(cidr("10.0.0.0/8"))',
  'string(cidr("10.1.2.3/8").masked()) == "10.0.0.0/8" && cidr("::1/64").prefixLength() == 64',
  'string(cidr("10.1.2.3/8").ip()) == "10.1.2.3" && isCIDR("::/0") && !isCIDR("1.2.3.4/33")',
  // Formats
  '!format.dns1123Label().validate("a-b").hasValue() && format.dns1123Label().validate("A").hasValue()',
  'format.named("dns1123Subdomain").value().validate("a..b").hasValue() && !format.named("x").hasValue()',
  '!format.qualifiedName().validate("a.example/b_c").hasValue() && format.labelValue().validate("-").hasValue()',
  '!format.dns1123LabelPrefix().validate("a-").hasValue() && format.date().validate("2026-02-30").hasValue()',
  '!format.uuid().validate("123e4567-e89b-12d3-a456-426614174000").hasValue()',
  // Versions
  'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.1").compareTo(semver("1.0.0")) == -1',
  'semver("v1.2", true).patch() == 0 && isSemver("1.2.3+b") && !isSemver("1.2") && !isSemver("01.2.3")',
  'semver("1.0.0-rc.2").isLessThan(semver("1.0.0-rc.10")) && semver("1.0.0+a") == semver("1.0.0+b")',
];

/** Expressions that end in an error when they run. */
export const FAILING_EXPRESSIONS: readonly string[] = [
  'quantity("1x").isInteger()',
  'quantity("1.5Gi").asInteger() == 1610612736',
  'ip("x").isLoopback()',
  'cidr("1.2.3.4").prefixLength() == 1',
  'url("x y").getHost() == ""',
  'semver("1").major() == 1',
  '[0].filter(x, x > 0).min() == 1',
  '"a".find("(" + "") == ""',
];
