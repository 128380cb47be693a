//! What happens to people's access when the identity provider speaks.

pub mod org;

pub mod access;
