//! The strict reader (RFC 8259): one pass, linear, and no guess. What other readers pass over in silence
//! (names that come twice, half surrogate pairs) is refused with its place.

use super::fault::{Fault, FaultKind};
use super::lex::{Cursor, unescape};
use super::limits::{Rules, Trace};
use super::value::{Json, Number, Object, Text};

/// Reads one JSON value that fills the whole text.
pub fn parse(text: &str, rules: &Rules) -> Result<Json, Fault> {
    let mut reader = Reader { cursor: Cursor::new(text, 0), rules };
    reader.cursor.skip_space();
    if reader.cursor.at == text.len() {
        return Err(Fault::whole(FaultKind::Empty));
    }
    let value = reader.value(1).map_err(Trace::into_fault)?;
    reader.cursor.skip_space();
    if reader.cursor.at < text.len() {
        return Err(Fault::whole(FaultKind::Syntax { offset: reader.cursor.at }));
    }
    Ok(value)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    rules: &'a Rules,
}

impl Reader<'_> {
    /// Reads a value; `depth` is what it has if it is a container. Recursion ends at the rules' depth.
    fn value(&mut self, depth: usize) -> Result<Json, Trace> {
        self.cursor.skip_space();
        match self.cursor.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Json::String(Text::new(self.text()?))),
            Some(b't') => Ok(self.cursor.word("true").map(|()| Json::Bool(true))?),
            Some(b'f') => Ok(self.cursor.word("false").map(|()| Json::Bool(false))?),
            Some(b'n') => Ok(self.cursor.word("null").map(|()| Json::Null)?),
            _ => {
                let number = Number::from_checked(self.cursor.number()?);
                self.rules.allow_number(&number)?;
                Ok(Json::Number(number))
            }
        }
    }

    fn text(&mut self) -> Result<String, Trace> {
        let unescaped = unescape(self.cursor.string()?);
        if unescaped.has_lone_surrogate {
            // It may be a secret's; `Text` zeroes it.
            drop(Text::new(unescaped.text));
            return Err(FaultKind::LoneSurrogate.into());
        }
        self.rules.allow_text(&unescaped.text)?;
        Ok(unescaped.text)
    }

    fn name(&mut self) -> Result<String, Trace> {
        let unescaped = unescape(self.cursor.string()?);
        if unescaped.has_lone_surrogate {
            return Err(Trace::from(FaultKind::LoneSurrogate).in_member(&unescaped.text));
        }
        match self.rules.allow_text(&unescaped.text) {
            Ok(()) => Ok(unescaped.text),
            Err(kind) => Err(Trace::from(kind).in_member(&unescaped.text)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Trace> {
        self.rules.allow_depth(depth)?;
        self.cursor.at += 1;
        self.cursor.skip_space();
        let mut object = Object::new();
        if self.cursor.peek() != Some(b'}') {
            loop {
                self.cursor.skip_space();
                let name = self.name()?;
                self.cursor.skip_space();
                self.cursor.expect(b':')?;
                if object.contains(&name) {
                    return Err(Trace::from(FaultKind::DuplicateMember).in_member(&name));
                }
                match self.value(depth + 1) {
                    Ok(value) => object.insert(name, value),
                    Err(trace) => return Err(trace.in_member(&name)),
                }
                if self.ends_with(b'}')? {
                    break;
                }
            }
        }
        self.cursor.at += 1;
        Ok(Json::Object(object))
    }

    fn array(&mut self, depth: usize) -> Result<Json, Trace> {
        self.rules.allow_depth(depth)?;
        self.cursor.at += 1;
        self.cursor.skip_space();
        let mut elements = Vec::new();
        if self.cursor.peek() != Some(b']') {
            loop {
                match self.value(depth + 1) {
                    Ok(element) => elements.push(element),
                    Err(trace) => return Err(trace.in_element(elements.len())),
                }
                if self.ends_with(b']')? {
                    break;
                }
            }
        }
        self.cursor.at += 1;
        Ok(Json::Array(elements))
    }

    /// Whether the container ends here; passes over the comma where it does not.
    fn ends_with(&mut self, close: u8) -> Result<bool, Trace> {
        self.cursor.skip_space();
        if self.cursor.peek() == Some(close) {
            return Ok(true);
        }
        self.cursor.expect(b',')?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::samples::any_json;
    use crate::json::{check_limits, to_compact};
    use proptest::prelude::*;

    fn fault(text: &str, rules: &Rules) -> (String, FaultKind) {
        let fault = parse(text, rules).expect_err(text);
        (fault.pointer.to_string(), fault.kind)
    }

    #[test]
    fn each_fault_is_reported_with_its_place() {
        let many: String = (0..20).map(|n| format!("\"m{n}\":0,")).collect();
        for (text, pointer, kind) in [
            (" \n", "", FaultKind::Empty),
            ("{\"a\":tru}", "/a", FaultKind::Syntax { offset: 8 }),
            ("{\"a\":[1,{\"b\":01}]}", "/a/1", FaultKind::Syntax { offset: 14 }),
            ("{} x", "", FaultKind::Syntax { offset: 3 }),
            ("\u{feff}{}", "", FaultKind::Syntax { offset: 0 }),
            ("[NaN]", "/0", FaultKind::Syntax { offset: 1 }),
            ("-Infinity", "", FaultKind::Syntax { offset: 1 }),
            (r#"{"a":{"b/c":1,"\u0062/c":2}}"#, "/a/b~1c", FaultKind::DuplicateMember),
            (&format!("{{{many}\"m7\":1}}"), "/m7", FaultKind::DuplicateMember),
            (r#"{"a":"\ud800"}"#, "/a", FaultKind::LoneSurrogate),
            (r#"{"a":"\udc00\ud800"}"#, "/a", FaultKind::LoneSurrogate),
            (r#"{"\ud800x":1}"#, "/\\ud800x", FaultKind::LoneSurrogate),
            (r#"{"a":["\u0000"]}"#, "/a/0", FaultKind::Nul),
            (r#"{"\u0000":1}"#, "/\0", FaultKind::Nul),
            (&"9".repeat(309), "", FaultKind::IntegerTooLong),
            ("[1e400]", "/0", FaultKind::NumberOverflow),
            ("[-1.5E309]", "/0", FaultKind::NumberOverflow),
            ("[0.1e-400]", "/0", FaultKind::NumberUnderflow),
        ] {
            assert_eq!(fault(text, &Rules::BODY), (pointer.to_owned(), kind), "{text:?}");
        }
    }

    #[test]
    fn a_file_may_hold_any_number_and_nul_but_no_duplicate_names_and_no_half_pairs() {
        for text in [&*"9".repeat(400), "1e400", "1e-400", r#"{"\u0000":"\u0000"}"#] {
            assert!(parse(text, &Rules::STORED).is_ok(), "{text}");
        }
        assert_eq!(fault(r#"{"a":1,"a":1}"#, &Rules::STORED).1, FaultKind::DuplicateMember);
        assert_eq!(fault(r#""\udfff""#, &Rules::STORED).1, FaultKind::LoneSurrogate);
    }

    #[test]
    fn the_edge_of_each_limit_is_inside() {
        for text in [&*"9".repeat(308), &format!("-{}", "9".repeat(308)), "0e-999", "-0.000E999", "5e-324"] {
            assert!(parse(text, &Rules::BODY).is_ok(), "{text}");
        }
        for (rules, depth) in [(Rules::BODY, 64), (Rules::STORED, 512)] {
            let nested = |depth: usize| "[{\"a\":".repeat(depth / 2) + "1" + &"}]".repeat(depth / 2);
            assert!(parse(&nested(depth), &rules).is_ok());
            assert_eq!(fault(&nested(depth + 2), &rules).1, FaultKind::TooDeep);
            assert_eq!(fault(&format!("[{}]", nested(depth)), &rules).1, FaultKind::TooDeep);
        }
    }

    #[test]
    fn a_value_that_was_made_keeps_the_same_limits() {
        for text in [r#"{"a":["\u0000"]}"#, "{\"a\":[0,1e400]}", "[[1e-400]]", r#"{"a":{"\u0000":1}}"#] {
            let made = parse(text, &Rules::STORED).unwrap();
            assert_eq!(check_limits(&made, &Rules::BODY), Err(parse(text, &Rules::BODY).unwrap_err()));
            assert_eq!(check_limits(&made, &Rules::STORED), Ok(()));
        }
        let deep = |depth: usize| parse(&("[".repeat(depth) + &"]".repeat(depth)), &Rules::STORED).unwrap();
        assert!(check_limits(&deep(64), &Rules::BODY).is_ok());
        assert_eq!(check_limits(&deep(65), &Rules::BODY).unwrap_err().kind, FaultKind::TooDeep);
    }

    #[test]
    fn no_message_holds_a_value() {
        for text in [r#"{"a":"hunter2\ud800"}"#, r#"{"a":hunter2}"#, r#"{"a":"hunter2\u0000"}"#] {
            let fault = parse(text, &Rules::BODY).unwrap_err();
            assert!(!format!("{fault} {fault:?}").contains("hunter2"), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_serde_accepts(text in prop_oneof![any_json(), "[\\[\\]{},:\"0-9eE.+\\-tfnul aé\n]{0,30}"]) {
            match (parse(&text, &Rules::STORED), serde_json::from_str::<serde_json::Value>(&text)) {
                (Ok(ours), Ok(theirs)) => {
                    let again: serde_json::Value = serde_json::from_str(&to_compact(&ours)).unwrap();
                    prop_assert_eq!(again, theirs);
                }
                (Err(fault), Ok(_)) => prop_assert_eq!(fault.kind, FaultKind::DuplicateMember),
                (Ok(_), Err(theirs)) => prop_assert!(theirs.to_string().contains("out of range")),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn writing_and_reading_is_the_identity(text in any_json()) {
            if let Ok(value) = parse(&text, &Rules::STORED) {
                prop_assert_eq!(parse(&to_compact(&value), &Rules::STORED), Ok(value));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _ = parse(&text, &Rules::BODY);
        }
    }
}
