//! What happens to people's access when the identity provider speaks.

#[cfg(target_arch = "wasm32")]
pub mod wasm;
