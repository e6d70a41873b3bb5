// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, stream};
use crate::{recognise, Outcome, Protocol};

const REQUEST: &[u8] =
    b"GET /orders/7?token=hunter2#top HTTP/1.1\r\nAccept: */*\r\nhOsT: Shop.Example:8080\r\n\r\n";

#[test]
fn tells_method_host_and_path_without_the_query() {
    let found = known(&stream(REQUEST, b""));
    assert_eq!(found.protocol, Protocol::Http1);
    assert_eq!(found.host.as_deref(), Some("shop.example"));
    assert_eq!(found.facts, [("method", "GET".to_string()), ("path", "/orders/7".to_string())]);
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn leaves_user_and_password_out_of_an_absolute_target() {
    let found = known(&stream(b"GET http://u:hunter2@shop.example/a?b=c HTTP/1.0\r\n\r\n", b""));
    assert_eq!(found.facts[1].1, "/a");
    assert_eq!(found.host, None);
}

#[test]
fn waits_for_the_host_and_tells_the_rest_when_nothing_more_comes() {
    let mut start = stream(&REQUEST[..60], b"");
    assert_eq!(recognise(&start), Outcome::More);
    start.complete = true;
    assert_eq!(known(&start).host, None);
}

#[test]
fn takes_a_request_line_longer_than_what_is_looked_at_by_its_answer() {
    let long = [b"GET /".as_slice(), &[b'a'; 3000]].concat();
    let mut start = stream(&long, b"HTTP/1.1 414 URI Too Long\r\n");
    start.complete = true;
    assert_eq!(known(&start).protocol, Protocol::Http1);
    start.server = b"";
    assert_eq!(recognise(&start), Outcome::Unknown);
}

#[test]
fn knows_an_answer_alone_and_refuses_what_only_looks_alike() {
    assert_eq!(known(&stream(b"", b"HTTP/1.1 200 OK\r\n")).protocol, Protocol::Http1);
    for odd in [
        &b"GET /x HTTP/9.9\r\n\r\n"[..],
        b"GETX / HTTP/1.1\r\n",
        b"get / HTTP/1.1\r\n",
        b"GET \x00\x01\x02\xff\xff\n",
    ] {
        assert_eq!(recognise(&stream(odd, b"")), Outcome::Unknown, "{odd:?}");
    }
}
