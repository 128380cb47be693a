//! What happens to people's access when the identity provider speaks.
