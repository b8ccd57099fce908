//! The syntaxes of imported texts, each read strictly into a value and the places of its parts: JSON with comments,
//! TOML, YAML. They do not know what a text is about.

pub(in crate::formats) mod jsonc;
pub(in crate::formats) mod markdown;
pub(in crate::formats) mod toml;
pub(in crate::formats) mod yaml;
