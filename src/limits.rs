//! Named limits: each has a sound default, and none of them is ever met by a trap.

use serde::Serialize;

use crate::json::Json;
use crate::path::FilterLimits;

/// How much of everything is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Bytes of one payload: 413 above. Default 16 MiB.
    pub payload_bytes: usize,
    /// Objects and arrays inside one another: 400 tooMany above. Default 64.
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
    /// Folders inside one another: 400 tooMany above. Default 50.
    pub folder_depth: usize,
    /// Groups inside one another: 400 tooMany above. Default 50.
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
    /// Takes those that are given; an unknown one is an error, since it would limit nothing.
    pub(crate) fn read(&mut self, json: &Json<'_>) -> Result<(), String> {
        let Json::Object(given) = json else { return Err("`limits` must be an object".into()) };
        for (name, value) in given {
            let limit = match &**name {
                "payloadBytes" => &mut self.payload_bytes,
                "jsonDepth" => &mut self.json_depth,
                "filterDepth" => &mut self.filter_depth,
                "filterLength" => &mut self.filter_length,
                "patchOperations" => &mut self.patch_operations,
                "bulkOperations" => &mut self.bulk_operations,
                "pageSize" => &mut self.page_size,
                "folderDepth" => &mut self.folder_depth,
                "groupDepth" => &mut self.group_depth,
                _ => return Err(format!("`limits.{name}` is no limit")),
            };
            *limit = value.as_number().ok_or_else(|| format!("`limits.{name}` must be a whole number that is not negative"))?;
        }
        Ok(())
    }

    pub(crate) fn filter(&self) -> FilterLimits {
        FilterLimits { length: self.filter_length, depth: self.filter_depth }
    }
}
