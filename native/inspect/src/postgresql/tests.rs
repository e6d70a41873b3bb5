// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, postgresql_startup, stream};
use crate::{recognise, Outcome, Protocol, Start};

#[test]
fn tells_the_database_but_not_the_user() {
    let found = known(&stream(&postgresql_startup(), b""));
    assert_eq!(
        (found.protocol, &found.facts[..]),
        (Protocol::Postgresql, &[("database", "shop".to_string())][..])
    );
    assert!(!format!("{found:?}").contains("alice"));
    assert_eq!(recognise(&stream(&postgresql_startup()[..20], b"")), Outcome::More);
}

#[test]
fn knows_requests_to_encrypt_and_to_cancel() {
    assert_eq!(known(&stream(&[0, 0, 0, 8, 4, 210, 22, 47], b"")).protocol, Protocol::Postgresql);
    let cancel = [0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2];
    assert_eq!(known(&stream(&cancel, b"")).protocol, Protocol::Postgresql);
}

#[test]
fn a_request_of_kafka_for_its_topics_is_none() {
    let kafka = [&[0, 0, 0, 38, 0, 3, 0, 9, 0, 0, 0, 1, 0, 9][..], &[b'c'; 28]].concat();
    for end in 9..kafka.len() {
        assert_eq!(recognise(&Start { complete: true, ..stream(&kafka[..end], b"") }), Outcome::Unknown);
    }
}

#[test]
fn refuses_other_lengths_and_versions() {
    for odd in [
        [0, 0, 0, 9, 4, 210, 22, 47],
        [0, 0, 0, 8, 0, 3, 0, 0],
        [0, 1, 0, 0, 0, 3, 0, 0],
        [0, 0, 0, 60, 0, 2, 0, 0],
    ] {
        assert_eq!(recognise(&Start { complete: true, ..stream(&odd, b"") }), Outcome::Unknown, "{odd:?}");
    }
}
