// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{datagram, dns_question, known, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn tells_the_name_of_a_question_over_both_transports() {
    let question = dns_question("API.shop.example", 28);
    let found = known(&datagram(&question));
    assert_eq!((found.protocol, found.host.as_deref()), (Protocol::Dns, Some("api.shop.example")));
    assert_eq!(found.facts, [("type", "AAAA".to_string())]);
    let framed = [&(question.len() as u16).to_be_bytes()[..], &question].concat();
    assert_eq!(known(&stream(&framed, b"")).host.as_deref(), Some("api.shop.example"));
    assert_eq!(recognise(&stream(&framed[..framed.len() - 1], b"")), Outcome::More);
}

#[test]
fn refuses_answers_loops_and_long_labels() {
    let mut answer = dns_question("a.b", 1);
    answer[2] |= 0x80;
    let mut looping = dns_question("a.b", 1);
    looping[12] = 0xc0;
    let mut two = dns_question("a.b", 1);
    two[5] = 2;
    let trailing = [&dns_question("a.b", 1)[..], b"rest"].concat();
    let netbios = dns_question("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 33);
    for odd in [&answer, &looping, &two, &trailing, &netbios] {
        assert_eq!(recognise(&datagram(odd)), Outcome::Unknown);
    }
}
