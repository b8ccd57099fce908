//! The OpenAPI document as a contract: it is current, it is sound in itself, and what it promised once it
//! still promises.

mod current;
