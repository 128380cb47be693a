//! Maps and sets hashed alike on every machine. The standard ones ask the system for random keys, which wasm has none of,
//! and pay for the asking in every place that makes one.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use siphasher::sip::SipHasher13;

/// A map by SipHash.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<SipHasher13>>;

/// A set by SipHash.
pub(crate) type Set<K> = HashSet<K, BuildHasherDefault<SipHasher13>>;

/// A map by a number of our own, which nobody outside chooses: hashed by one multiplication.
pub(crate) type Numbered<V> = HashMap<u32, V, BuildHasherDefault<NumberHasher>>;

/// The same mixing on every machine: these tables are never walked, so their order reaches nothing.
#[inline]
pub(crate) fn mix(a: u32, b: u32) -> u64 {
    let mut x = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 29;
    x.wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Hashes one number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = mix(number, self.0 as u32);
    }
}
