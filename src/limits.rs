//! Named limits: each has a sound default, and none of them is ever met by a trap.

use serde::{Deserialize, Serialize};

use crate::path::FilterLimits;

/// How much of everything is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one payload: 413 above. Default 16 MiB.
    pub payload_bytes: usize,
    /// Objects and arrays inside one another: 400 invalidSyntax above. Default 64.
    pub json_depth: usize,
    /// Parentheses and brackets of a filter inside one another: 400 invalidFilter above. Default 50.
    pub filter_depth: usize,
    /// Bytes of a filter: 400 invalidFilter above. Default 65,536.
    pub filter_length: usize,
    /// Operations of one PATCH: 413 above. Default 20,000.
    pub patch_operations: usize,
    /// Operations of one Bulk: 413 above. Default 1,000.
    pub bulk_operations: usize,
    /// Resources in one page: more are not given. Default 1,000.
    pub page_size: usize,
    /// Folders inside one another: 400 invalidValue above. Default 50.
    pub folder_depth: usize,
    /// Groups inside one another: 400 invalidValue above. Default 50.
    pub group_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload_bytes: 16 << 20,
            json_depth: 64,
            filter_depth: 50,
            filter_length: 65_536,
            patch_operations: 20_000,
            bulk_operations: 1_000,
            page_size: 1_000,
            folder_depth: 50,
            group_depth: 50,
        }
    }
}

impl Limits {
    pub(crate) fn filter(&self) -> FilterLimits {
        FilterLimits { length: self.filter_length, depth: self.filter_depth }
    }
}
