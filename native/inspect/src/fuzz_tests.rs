// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Hostile and broken starts: no panic, no other protocol than the one that speaks, nothing told that is not clean.

use crate::samples::{all, stream};
use crate::{recognise, Outcome, Protocol, Start, Transport, INPUT_MAX};
use proptest::prelude::*;

fn is_clean(outcome: &Outcome) -> bool {
    let Outcome::Known(known) = outcome else { return true };
    let texts = known.host.iter().chain(known.facts.iter().map(|(_, value)| value));
    let mut sizes =
        texts.map(|text| text.len() <= 260 && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    sizes.all(|fine| fine) && known.facts.len() <= crate::decoder::FACTS_MAX
}

#[test]
fn every_protocol_is_recognised_and_has_a_name_of_its_own() {
    let names: std::collections::HashSet<&str> =
        Protocol::ALL.iter().map(|protocol| protocol.name()).collect();
    assert_eq!(names.len(), Protocol::ALL.len());
    for (protocol, client, server) in all() {
        let Outcome::Known(known) = recognise(&stream(&client, &server)) else { panic!("{protocol:?}") };
        assert_eq!(known.protocol, protocol);
        assert_eq!(Protocol::from_number(protocol.number()), Some(protocol));
    }
    assert_eq!(all().len(), Protocol::ALL.len());
}

#[test]
fn no_beginning_is_taken_for_another_protocol() {
    for (protocol, client, server) in all() {
        for end in 0..=client.len().max(server.len()) {
            let start = stream(&client[..end.min(client.len())], &server[..end.min(server.len())]);
            match recognise(&start) {
                Outcome::Known(known) => assert_eq!(known.protocol, protocol, "at {end}"),
                Outcome::Unknown => panic!("{protocol:?} given up at {end}"),
                Outcome::More => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_do_no_harm(
        client in proptest::collection::vec(any::<u8>(), 0..INPUT_MAX + 64),
        server in proptest::collection::vec(any::<u8>(), 0..200),
        complete: bool,
        is_datagram: bool,
    ) {
        let transport = if is_datagram { Transport::Datagram } else { Transport::Stream };
        let outcome = recognise(&Start { transport, client: &client, server: &server, complete });
        prop_assert!(is_clean(&outcome));
        prop_assert!(!complete || outcome != Outcome::More);
    }

    #[test]
    fn changed_starts_do_no_harm(
        which in 0usize..9,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        complete: bool,
    ) {
        let (_, mut client, mut server) = all().swap_remove(which);
        for side in [&mut client, &mut server] {
            for (at, value) in &changes {
                if !side.is_empty() {
                    let at = at.index(side.len());
                    side[at] = *value;
                }
            }
        }
        client.truncate(cut.index(client.len() + 1));
        let outcome = recognise(&Start { transport: Transport::Stream, client: &client, server: &server, complete });
        prop_assert!(is_clean(&outcome));
    }
}
