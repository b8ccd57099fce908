//! The configurations of other clients: text in, servers and findings out, and back.
mod format;
mod place;
mod source;
mod syntax;
mod names;
mod number;
mod references;
mod words;
