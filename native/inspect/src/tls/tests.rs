// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{client_hello, known, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn tells_server_name_protocols_and_newest_version() {
    let found = known(&stream(&client_hello("Shop.Example", &["h2", "http/1.1"]), b""));
    assert_eq!(found.protocol, Protocol::Tls);
    assert_eq!(found.host.as_deref(), Some("shop.example"));
    assert_eq!(found.facts, [("version", "TLS 1.3".to_string()), ("alpn", "h2,http/1.1".to_string())]);
}

#[test]
fn waits_while_the_hello_is_cut_and_tells_what_came() {
    let whole = client_hello("shop.example", &["h2"]);
    for end in 1..whole.len() - 1 {
        assert_eq!(recognise(&stream(&whole[..end], b"")), Outcome::More, "{end}");
    }
    let mut start = stream(&whole[..whole.len() - 3], b"");
    start.complete = true;
    assert_eq!(known(&start).host.as_deref(), Some("shop.example"));
}

#[test]
fn knows_a_server_hello_alone_and_refuses_what_only_looks_alike() {
    assert_eq!(known(&stream(b"", &[22, 3, 3, 0, 90, 2, 0, 0, 86])).protocol, Protocol::Tls);
    let mut odd = client_hello("a.b", &[]);
    odd[5] = 9;
    assert_eq!(recognise(&stream(&odd, b"")), Outcome::Unknown);
    let mut long_session = client_hello("a.b", &[]);
    long_session[43] = 200;
    assert_eq!(recognise(&stream(&long_session, b"")), Outcome::Unknown);
}

#[test]
fn gives_no_name_that_is_not_one() {
    assert_eq!(known(&stream(&client_hello("a b\u{1}", &[]), b"")).host, None);
}
