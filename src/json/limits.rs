//! What is refused beyond the grammar: how deep, which characters, which numbers. One place for texts that
//! are read and for values that were made (a merge can pass the limits that its parts keep).

use super::fault::{Fault, FaultKind};
use super::value::{Json, Number};

/// How much a value may dare.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    depth: usize,
    any_text_and_number: bool,
}

impl Rules {
    /// For what clients send and for what their writes result in (DESIGN §2.1).
    pub const BODY: Self = Self { depth: 64, any_text_and_number: false };
    /// For what a file already has.
    pub const STORED: Self = Self { depth: 512, any_text_and_number: true };

    /// Judges a container that has `depth` of them around it, itself included.
    pub(in crate::json) fn allow_depth(self, depth: usize) -> Result<(), FaultKind> {
        if depth <= self.depth { Ok(()) } else { Err(FaultKind::TooDeep) }
    }

    pub(in crate::json) fn allow_text(self, text: &str) -> Result<(), FaultKind> {
        if self.any_text_and_number || !text.contains('\0') { Ok(()) } else { Err(FaultKind::Nul) }
    }

    pub(in crate::json) fn allow_number(self, number: &Number) -> Result<(), FaultKind> {
        if self.any_text_and_number {
            return Ok(());
        }
        let spelling = number.spelling();
        if number.is_integer() {
            let digits = spelling.trim_start_matches('-').len();
            return if digits <= 308 { Ok(()) } else { Err(FaultKind::IntegerTooLong) };
        }
        let value = number.as_f64();
        let significand = spelling.split(['e', 'E']).next().unwrap_or_default();
        if !value.is_finite() {
            Err(FaultKind::NumberOverflow)
        } else if value == 0.0 && significand.contains(|character| matches!(character, '1'..='9')) {
            Err(FaultKind::NumberUnderflow)
        } else {
            Ok(())
        }
    }
}

/// Checks a value that was made, not read, against the same limits.
pub fn check_limits(value: &Json, rules: &Rules) -> Result<(), Fault> {
    check_at(value, rules, 1).map_err(Trace::into_fault)
}

fn check_at(value: &Json, rules: &Rules, depth: usize) -> Result<(), Trace> {
    match value {
        Json::Null | Json::Bool(_) => Ok(()),
        Json::Number(number) => Ok(rules.allow_number(number)?),
        Json::String(text) => Ok(rules.allow_text(text.as_str())?),
        Json::Array(elements) => {
            rules.allow_depth(depth)?;
            elements.iter().enumerate().try_for_each(|(index, element)| {
                check_at(element, rules, depth + 1).map_err(|trace| trace.in_element(index))
            })
        }
        Json::Object(object) => {
            rules.allow_depth(depth)?;
            object.iter().try_for_each(|(name, member)| {
                rules
                    .allow_text(name)
                    .map_err(Trace::from)
                    .and_then(|()| check_at(member, rules, depth + 1))
                    .map_err(|trace| trace.in_member(name))
            })
        }
    }
}

/// A fault on its way out of the value: it learns where it is from the inside, so that what is faultless
/// pays nothing for pointers.
pub(in crate::json) struct Trace {
    kind: FaultKind,
    steps: Vec<Step>,
}

enum Step {
    Member(String),
    Element(usize),
}

impl Trace {
    pub(in crate::json) fn in_member(mut self, name: &str) -> Self {
        self.steps.push(Step::Member(name.to_owned()));
        self
    }

    pub(in crate::json) fn in_element(mut self, index: usize) -> Self {
        self.steps.push(Step::Element(index));
        self
    }

    pub(in crate::json) fn into_fault(self) -> Fault {
        let mut fault = Fault::whole(self.kind);
        for step in self.steps.iter().rev() {
            match step {
                Step::Member(name) => fault.pointer.push_member(name),
                Step::Element(index) => fault.pointer = fault.pointer.element(*index),
            }
        }
        fault
    }
}

impl From<FaultKind> for Trace {
    fn from(kind: FaultKind) -> Self {
        Self { kind, steps: Vec::new() }
    }
}

impl From<super::SyntaxError> for Trace {
    fn from(error: super::SyntaxError) -> Self {
        Self::from(FaultKind::from(error))
    }
}
