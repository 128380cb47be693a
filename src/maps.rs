//! Maps and sets hashed alike on every machine. The standard ones ask the system for random keys, which wasm has none of,
//! and pay for the asking in every place that makes one.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use siphasher::sip::SipHasher13;

/// A map by SipHash.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<SipHasher13>>;

/// A set by SipHash.
pub(crate) type Set<K> = HashSet<K, BuildHasherDefault<SipHasher13>>;
