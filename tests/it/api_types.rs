//! Bodies read with the types that the service builds them of. What a type does not say is lost on the way, so that a
//! body which is written again as it came has this type.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The body as this type.
#[track_caller]
pub(crate) fn read<Body: Serialize + DeserializeOwned>(text: &str) -> Body {
    let body = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    assert_eq!(serde_json::to_string(&body).expect("it was read"), text, "the type says less or more");
    body
}
