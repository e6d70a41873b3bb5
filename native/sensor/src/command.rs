// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Commands from the agent: frames out of a byte stream.

use crate::frames::{self, header, kind};

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    pub kind: u8,
    pub id: u32,
    pub generation: u64,
    pub argument: Vec<u8>,
}

/// Cuts a byte stream into frames. After an error the stream cannot be trusted any more.
#[derive(Default)]
pub struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    /// Takes bytes and gives the commands that are whole now.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Command>, String> {
        self.bytes.extend_from_slice(bytes);
        let mut commands = Vec::new();
        let mut at = 0;
        while let Some(length) = frame_length(&self.bytes[at..])? {
            let Some(frame) = self.bytes.get(at..at + length) else { break };
            commands.push(decode(frame)?);
            at += length;
        }
        self.bytes.drain(..at);
        Ok(commands)
    }
}

/// The length of the frame that starts here, once its header is whole.
fn frame_length(bytes: &[u8]) -> Result<Option<usize>, String> {
    if bytes.len() < header::END {
        return Ok(None);
    }
    let length = header::length(bytes) as usize;
    if header::magic(bytes) != frames::FRAME_MAGIC {
        return Err("a frame does not start as a frame does".into());
    }
    if header::version(bytes) != frames::FRAME_VERSION {
        return Err(format!("a frame has layout version {}", header::version(bytes)));
    }
    if !(header::END..=frames::FRAME_MAX_BYTES).contains(&length) {
        return Err(format!("a frame claims {length} bytes"));
    }
    Ok(Some(length))
}

fn decode(frame: &[u8]) -> Result<Command, String> {
    if frame.len() < frames::command::END {
        return Err(format!("a command of kind {} is too short", header::kind(frame)));
    }
    let kind = header::kind(frame);
    if !matches!(kind, kind::SET_WATCHED_PATHS | kind::PING | kind::STOP | kind::SNAPSHOT) {
        return Err(format!("kind {kind} is no command"));
    }
    Ok(Command {
        kind,
        id: frames::command::command(frame),
        generation: frames::command::generation(frame),
        argument: frames::command::argument(frame).to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outlet::Builder;
    use proptest::prelude::*;

    fn frame(kind: u8, id: u32, argument: &[u8]) -> Vec<u8> {
        let mut builder = Builder::new(kind, frames::command::END, 1);
        frames::command::set_command(builder.fixed(), id);
        frames::command::set_generation(builder.fixed(), 7);
        builder.text(frames::command::ARGUMENT, argument);
        builder.finish().to_vec()
    }

    proptest! {
        #[test]
        fn finds_the_same_commands_however_the_stream_is_cut(cuts in prop::collection::vec(1usize..90, 1..40)) {
            let mut stream = Vec::new();
            for id in 0..5 { stream.extend(frame(kind::SET_WATCHED_PATHS, id, b"r:/etc/shadow")); }
            let mut decoder = Decoder::default();
            let mut found = Vec::new();
            let mut rest = &stream[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (head, tail) = rest.split_at((*cut).min(rest.len()));
                found.extend(decoder.push(head).unwrap());
                rest = tail;
            }
            prop_assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), vec![0, 1, 2, 3, 4]);
            prop_assert!(found.iter().all(|c| c.argument == b"r:/etc/shadow" && c.generation == 7));
        }

        #[test]
        fn survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Decoder::default().push(&bytes);
        }

        #[test]
        fn survives_a_damaged_frame(at in 0usize..80, value in any::<u8>()) {
            let mut bytes = frame(kind::PING, 1, b"abc");
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = Decoder::default().push(&bytes);
        }
    }

    #[test]
    fn refuses_a_frame_that_claims_too_much() {
        let mut bytes = frame(kind::PING, 1, b"");
        header::set_length(&mut bytes, 1 << 20);
        assert!(Decoder::default().push(&bytes).unwrap_err().contains("1048576"));
    }

    #[test]
    fn refuses_another_layout_version() {
        let mut bytes = frame(kind::PING, 1, b"");
        header::set_version(&mut bytes, 9);
        assert!(Decoder::default().push(&bytes).unwrap_err().contains("version 9"));
    }

    #[test]
    fn refuses_an_event_as_command() {
        assert!(Decoder::default().push(&frame(kind::EXEC, 1, b"")).is_err());
    }
}
