//! A YAML value whose keys are texts. It does not know what a value is about.

use saphyr::{Scalar, Yaml};

use super::StaticServersError;

/// A YAML value. A number keeps no spelling: nothing that is stored is one.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    /// In the order of the file.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Reads a node. `at` is its place, for errors.
    pub(super) fn read(node: &Yaml<'_>, at: &str) -> Result<Self, StaticServersError> {
        Ok(match node {
            Yaml::Value(Scalar::Null) => Self::Null,
            Yaml::Value(Scalar::Boolean(value)) => Self::Bool(*value),
            Yaml::Value(Scalar::Integer(value)) => Self::Integer(*value),
            Yaml::Value(Scalar::FloatingPoint(value)) => Self::Float(value.into_inner()),
            Yaml::Value(Scalar::String(text)) => Self::Text(text.clone().into_owned()),
            Yaml::Sequence(nodes) => {
                let read = |(index, node)| Self::read(node, &format!("{at}[{index}]"));
                Self::List(nodes.iter().enumerate().map(read).collect::<Result<_, _>>()?)
            }
            Yaml::Mapping(members) => {
                let read = |(key, node): (&Yaml<'_>, &Yaml<'_>)| {
                    let key =
                        key.as_str().ok_or_else(|| StaticServersError::new(at, "must have texts as keys"))?;
                    Ok((key.to_owned(), Self::read(node, &format!("{at}.{key}"))?))
                };
                Self::Map(members.iter().map(read).collect::<Result<_, _>>()?)
            }
            Yaml::Tagged(..) | Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
                return Err(StaticServersError::new(at, "has a tag or an alias that is not known"));
            }
        })
    }
}
