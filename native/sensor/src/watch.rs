// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Watched paths. The kernel sieves by single names; here whole paths are compared.

use crate::paths;
use std::collections::HashMap;

/// Access bits, as in opens.bpf.h.
pub const READ: u32 = 1;
pub const WRITE: u32 = 2;
const NAME_BYTES: usize = 24;
const PARENTS: usize = 4;
/// Most patterns, and so at most that many entries in the kernel's sieve.
pub const MAX_PATTERNS: usize = 4096;

/// A line such as `rw:/etc/shadow`, `w:/etc/cron.d/`, `r:**/.ssh/id_rsa`, `rw:/proc/*/mem`.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    access: u32,
    parts: Vec<Vec<u8>>,
    /// The first part may stand anywhere.
    floating: bool,
    /// Everything below, and not the path itself.
    below: bool,
}

/// What the kernel compares: a name, and whether it is the last part or a directory above.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SieveKey {
    pub length: u32,
    pub directory: bool,
    pub name: Vec<u8>,
}

impl SieveKey {
    fn new(name: &[u8], directory: bool) -> Self {
        // The kernel reads a terminated string, so the last byte is always zero.
        let kept = &name[..name.len().min(NAME_BYTES - 1)];
        Self { length: name.len() as u32, directory, name: kept.to_vec() }
    }

    /// `struct watch_key`.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + NAME_BYTES);
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&u32::from(self.directory).to_le_bytes());
        out.extend_from_slice(&self.name);
        out.resize(8 + NAME_BYTES, 0);
        out
    }
}

/// What the kernel's sieve holds at all.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// By last parts and directories: bit n where a name of n bytes is watched, the last bit for all longer ones.
    lengths: [u64; 2],
    /// Access that any directory is watched for.
    directories: u32,
}

impl Bounds {
    pub fn of(sieve: &HashMap<SieveKey, u32>) -> Self {
        let mut bounds = Self::default();
        for (key, access) in sieve {
            bounds.lengths[usize::from(key.directory)] |= 1 << key.length.min(63);
            if key.directory {
                bounds.directories |= access;
            }
        }
        bounds
    }

    /// `struct watch_bounds`.
    pub fn bytes(&self) -> [u8; 24] {
        let mut out = [0; 24];
        out[..8].copy_from_slice(&self.lengths[0].to_le_bytes());
        out[8..16].copy_from_slice(&self.lengths[1].to_le_bytes());
        out[16..20].copy_from_slice(&self.directories.to_le_bytes());
        out
    }
}

impl Pattern {
    pub fn parse(line: &str) -> Result<Self, String> {
        let (letters, path) =
            line.split_once(':').ok_or_else(|| format!("'{line}' has no access letters"))?;
        let access = match letters {
            "r" => READ,
            "w" => WRITE,
            "rw" => READ | WRITE,
            _ => return Err(format!("'{letters}' is no access; r, w or rw is")),
        };
        let (floating, rest) = match path.strip_prefix("**/") {
            Some(rest) => (true, rest),
            None => (false, path.strip_prefix('/').ok_or_else(|| format!("'{path}' is not absolute"))?),
        };
        let below = rest.ends_with('/');
        let rest = rest.trim_end_matches('/');
        let parts: Vec<Vec<u8>> = rest.split('/').map(|part| part.as_bytes().to_vec()).collect();
        if parts.iter().any(|part| part.is_empty() || (part.contains(&b'*') && part != b"*")) {
            return Err(format!("'{path}' has an empty part or a '*' beside letters"));
        }
        let last = parts.last().ok_or("no path")?;
        if last == b"*" {
            return Err(format!("'{path}' ends with '*'; end it with '/' for everything below"));
        }
        Ok(Self { access, parts, floating, below })
    }

    /// The name that the kernel looks for.
    pub fn sieve_key(&self) -> SieveKey {
        SieveKey::new(self.parts.last().map_or(&[], Vec::as_slice), self.below)
    }

    fn matches(&self, path: &[&[u8]], access: u32) -> bool {
        if self.access & access == 0 || path.len() < self.parts.len() + usize::from(self.below) {
            return false;
        }
        let spare = path.len() - self.parts.len();
        let starts = if self.floating {
            // The kernel looks only so far up; deeper files are not seen, so no promise is made for them.
            let first = if self.below { spare.saturating_sub(PARENTS) } else { spare };
            first..=spare - usize::from(self.below)
        } else if self.below || spare == 0 {
            0..=0
        } else {
            return false;
        };
        starts.into_iter().any(|start| {
            self.parts
                .iter()
                .zip(&path[start..])
                .all(|(part, found)| part == b"*" || part.as_slice() == *found)
        })
    }
}

/// All patterns.
#[derive(Default)]
pub struct WatchSet {
    patterns: Vec<Pattern>,
}

impl WatchSet {
    /// From lines; one that cannot be read refuses all.
    pub fn parse(text: &str) -> Result<Self, String> {
        let patterns: Vec<Pattern> =
            text.lines().filter(|line| !line.is_empty()).map(Pattern::parse).collect::<Result<_, _>>()?;
        if patterns.len() > MAX_PATTERNS {
            return Err(format!("{} paths are more than {MAX_PATTERNS}", patterns.len()));
        }
        Ok(Self { patterns })
    }

    /// Entries of the kernel's sieve: name to access bits.
    pub fn sieve(&self) -> HashMap<SieveKey, u32> {
        let mut out = HashMap::new();
        for pattern in &self.patterns {
            *out.entry(pattern.sieve_key()).or_insert(0) |= pattern.access;
        }
        out
    }

    /// The path to tell an open by; nothing when it is not watched. Behind chroot a file has two, and either may be watched:
    /// the `/etc/shadow` of a host that is mounted at `/host`, and that of a container behind `chroot /etc`.
    pub fn told_by(&self, parts: &[u8], root_bytes: usize, access: u32) -> Option<Vec<u8>> {
        let own = parts.get(..root_bytes).filter(|own| !own.is_empty()).map(|own| [own, &[0]].concat());
        [Some(paths::join(parts)), own.map(|own| paths::join(&own))]
            .into_iter()
            .flatten()
            .find(|path| self.matches(path, access))
    }

    fn matches(&self, path: &[u8], access: u32) -> bool {
        let Some(path) = path.strip_prefix(b"/") else { return false };
        let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        self.patterns.iter().any(|pattern| pattern.matches(&parts, access))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &[(&str, &str, u32, bool)] = &[
        ("rw:/etc/shadow", "/etc/shadow", READ, true),
        ("w:/etc/shadow", "/etc/shadow", READ, false),
        ("w:/etc/shadow", "/etc/shadow", READ | WRITE, true),
        ("rw:/etc/shadow", "/srv/etc/shadow", READ, false),
        ("rw:/etc/shadow", "/etc/shadow/x", READ, false),
        ("w:/etc/cron.d/", "/etc/cron.d/job", WRITE, true),
        ("w:/etc/cron.d/", "/etc/cron.d/a/b", WRITE, true),
        ("w:/etc/cron.d/", "/etc/cron.d", WRITE, false),
        ("r:**/.ssh/id_rsa", "/home/me/.ssh/id_rsa", READ, true),
        ("r:**/.ssh/id_rsa", "/root/.ssh/id_rsa", READ, true),
        ("r:**/.ssh/id_rsa", "/root/id_rsa", READ, false),
        ("w:**/.ssh/", "/home/me/.ssh/authorized_keys", WRITE, true),
        ("rw:/proc/*/mem", "/proc/12/mem", WRITE, true),
        ("rw:/proc/*/mem", "/proc/12/task/mem", WRITE, false),
        ("r:**/shadow", "memfd:shadow", READ, false),
    ];

    #[test]
    fn compares_whole_paths() {
        for (line, path, access, expected) in CASES {
            let set = WatchSet::parse(line).unwrap();
            assert_eq!(set.matches(path.as_bytes(), *access), *expected, "{line} {path}");
        }
    }

    #[test]
    fn tells_a_file_behind_chroot_by_the_path_that_is_watched() {
        let set = WatchSet::parse("r:/etc/shadow").unwrap();
        let told = |parts: &[u8], root_bytes| set.told_by(parts, root_bytes, READ);
        assert_eq!(told(b"shadow\0etc\0\0", 7).unwrap(), b"/etc/shadow");
        assert_eq!(told(b"shadow\0etc\0host\0\0", 11).unwrap(), b"/etc/shadow");
        assert_eq!(told(b"shadow\0etc\0host\0\0", 7), None);
        assert_eq!(told(b"shadow\0etc\0host\0\0", 0), None);
        assert_eq!(told(b"shadow\0etc\0host\0\0", 99), None);
    }

    #[test]
    fn refuses_lines_that_it_could_not_hold() {
        for line in
            ["/etc/shadow", "x:/etc/shadow", "r:etc/shadow", "r:/etc/*.conf", "r:/etc/*", "r:/", "r://x"]
        {
            assert!(WatchSet::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn merges_access_of_equal_names_in_the_sieve() {
        let set = WatchSet::parse("r:/etc/shadow\nw:/srv/shadow\nw:/etc/shadow/").unwrap();
        let sieve = set.sieve();
        assert_eq!(sieve.len(), 2);
        assert_eq!(sieve[&SieveKey::new(b"shadow", false)], READ | WRITE);
    }

    #[test]
    fn tells_the_kernel_which_lengths_there_are() {
        let long = format!("r:/etc/shadow\nw:/etc/cron.d/\nrw:/{}\nr:/{}", "a".repeat(63), "b".repeat(200));
        let bounds = Bounds::of(&WatchSet::parse(&long).unwrap().sieve());
        assert_eq!(bounds, Bounds { lengths: [1 << 6 | 1 << 63, 1 << 6], directories: WRITE });
        assert_eq!(bounds.bytes()[..8], (1u64 << 6 | 1 << 63).to_le_bytes());
        assert_eq!(bounds.bytes()[8..16], (1u64 << 6).to_le_bytes());
        assert_eq!(bounds.bytes()[16..], [2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Bounds::of(&HashMap::new()), Bounds::default());
    }

    #[test]
    fn gives_the_kernel_keys_of_fixed_size() {
        let long = format!("r:/{}", "a".repeat(60));
        for (key, _) in WatchSet::parse(&long).unwrap().sieve() {
            let bytes = key.bytes();
            assert_eq!(bytes.len(), 32);
            assert_eq!(bytes[31], 0);
            assert_eq!(bytes[0], 60);
        }
    }
}
