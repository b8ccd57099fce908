//! Where a request ends (RFC 9112 §2.2, §6 and §7.1), found byte by byte as the bytes arrive. It judges nothing: bytes
//! that it can't follow are counted as the request's, and the parser that receives them refuses them.

/// Looks for the empty line at the end of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HeadScan {
    /// Empty lines may come before a request.
    #[default]
    Before,
    InLine,
    LineEnd,
    LineEndThenReturn,
}

/// How much of a request's body is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum BodyScan {
    /// None of it.
    Done,
    /// So many bytes.
    Length(u64),
    /// The rest of a chunked body.
    Chunked(ChunkScan),
    /// Everything until the client closes its side.
    UntilClose,
}

/// Where in a chunked body the scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ChunkScan {
    /// In the digits of a chunk's size, read so far.
    Size(u64),
    /// Behind the digits, before the end of their line.
    Extension(u64),
    SizeReturn(u64),
    /// In the data of a chunk and the line end behind it; so many bytes are left.
    Data(u64),
    /// At the beginning of a line behind the last chunk.
    Trailers,
    InTrailer,
    TrailerReturn,
    LastReturn,
    /// The last line end was read.
    End,
}

impl HeadScan {
    /// How many of these bytes belong to the head, and whether it ends with them.
    pub(super) fn admit(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, byte) in bytes.iter().enumerate() {
            *self = match (*self, byte) {
                (Self::Before, b'\r' | b'\n') => Self::Before,
                (Self::LineEnd | Self::LineEndThenReturn, b'\n') => {
                    *self = Self::Before;
                    return (at + 1, true);
                }
                (Self::LineEnd, b'\r') => Self::LineEndThenReturn,
                (_, b'\n') => Self::LineEnd,
                _ => Self::InLine,
            };
        }
        (bytes.len(), false)
    }
}

impl BodyScan {
    /// A chunked body from its beginning.
    pub(in crate::http) const CHUNKED: Self = Self::Chunked(ChunkScan::Size(0));

    /// How many of these bytes belong to the body.
    pub(super) fn admit(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Done => 0,
            Self::UntilClose => bytes.len(),
            Self::Length(left) => {
                let admitted = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= admitted as u64;
                if *left == 0 {
                    *self = Self::Done;
                }
                admitted
            }
            Self::Chunked(scan) => match scan.admit(bytes) {
                Some(admitted) => {
                    if *scan == ChunkScan::End {
                        *self = Self::Done;
                    }
                    admitted
                }
                None => {
                    *self = Self::UntilClose;
                    bytes.len()
                }
            },
        }
    }
}

impl ChunkScan {
    /// How many of these bytes belong to the body; none where they are no chunked body.
    fn admit(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() && *self != Self::End {
            let byte = bytes[at];
            let mut step = 1;
            *self = match (*self, byte) {
                (Self::Data(left), _) => {
                    let here = bytes.len() - at;
                    step = usize::try_from(left).map_or(here, |left| left.min(here));
                    match left - step as u64 {
                        0 => Self::Size(0),
                        left => Self::Data(left),
                    }
                }
                (Self::Size(size), b'\r') => Self::SizeReturn(size),
                (Self::Size(size), b';' | b' ' | b'\t') => Self::Extension(size),
                (Self::Size(size), digit) => {
                    let digit = char::from(digit).to_digit(16)?;
                    Self::Size(size.checked_mul(16)? + u64::from(digit))
                }
                (Self::Extension(size), b'\r') => Self::SizeReturn(size),
                (Self::Extension(size), _) => Self::Extension(size),
                (Self::SizeReturn(0), b'\n') => Self::Trailers,
                (Self::SizeReturn(size), b'\n') => Self::Data(size.checked_add(2)?),
                (Self::Trailers, b'\r') => Self::LastReturn,
                (Self::InTrailer, b'\r') => Self::TrailerReturn,
                (Self::Trailers | Self::InTrailer, _) => Self::InTrailer,
                (Self::TrailerReturn, b'\n') => Self::Trailers,
                (Self::LastReturn, b'\n') => Self::End,
                (Self::SizeReturn(_) | Self::TrailerReturn | Self::LastReturn, _) => return None,
                (Self::End, _) => Self::End,
            };
            at += step;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes of the text are the head, where it comes in pieces of this size; none where it does not end.
    fn head(text: &str, piece: usize) -> Option<usize> {
        let (mut scan, mut length) = (HeadScan::default(), 0);
        for piece in text.as_bytes().chunks(piece) {
            let (admitted, is_end) = scan.admit(piece);
            length += admitted;
            if is_end {
                return Some(length);
            }
        }
        None
    }

    /// The same of a body.
    fn body(mut scan: BodyScan, text: &str, piece: usize) -> Option<usize> {
        let mut length = 0;
        for piece in text.as_bytes().chunks(piece) {
            length += scan.admit(piece);
            if scan == BodyScan::Done {
                return Some(length);
            }
        }
        None
    }

    #[test]
    fn a_head_ends_with_its_empty_line_wherever_it_is_split() {
        for (head_text, rest) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"),
            ("GET / HTTP/1.1\r\n\r\n", ""),
            ("\r\n\n\r\nGET / HTTP/1.1\r\n\r\n", "\r\n"),
            ("GET / HTTP/1.1\nHost: a\n\n", "x"),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", "\r\n"),
            ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "x"),
        ] {
            let text = format!("{head_text}{rest}");
            for piece in 1..=text.len() {
                assert_eq!(head(&text, piece), Some(head_text.len()), "{text:?} in pieces of {piece}");
            }
        }
        for text in ["", "\r\n\r\n\r\n", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: b\r\n\r"] {
            assert_eq!(head(text, 3), None, "{text:?}");
        }
    }

    #[test]
    fn a_body_ends_where_its_framing_says_wherever_it_is_split() {
        for (scan, body_text, rest) in [
            (BodyScan::Length(3), "abc", "GET /"),
            (BodyScan::CHUNKED, "0\r\n\r\n", "GET /"),
            (BodyScan::CHUNKED, "3\r\nabc\r\n0\r\n\r\n", "0\r\n\r\n"),
            (BodyScan::CHUNKED, "A;x=\"y\"\r\n0123456789\r\n00 \t;\r\n\r\n", ""),
            (BodyScan::CHUNKED, "1\r\n\n\r\n0\r\nT: v\r\nU: w\r\n\r\n", "\r\n"),
            (BodyScan::CHUNKED, "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "x"),
        ] {
            let text = format!("{body_text}{rest}");
            for piece in 1..=text.len() {
                assert_eq!(body(scan, &text, piece), Some(body_text.len()), "{text:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_is_no_chunked_body_has_no_end() {
        for text in
            ["x\r\n", "3\rabc", "3\r\nabc\r\n0\r\n\rx", "ffffffffffffffff0\r\n", "ffffffffffffffff\r\nx"]
        {
            let mut scan = BodyScan::CHUNKED;
            assert_eq!(scan.admit(text.as_bytes()), text.len(), "{text:?}");
            assert_eq!(scan, BodyScan::UntilClose, "{text:?}");
        }
        assert_eq!(body(BodyScan::UntilClose, "0\r\n\r\n", 1), None);
        assert_eq!(body(BodyScan::Length(u64::MAX), "abc", 1), None);
    }
}
