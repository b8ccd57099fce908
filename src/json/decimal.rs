//! Whether two numbers have one value, exactly: `1`, `1.0` and `10e-1` have, 9007199254740992 and ...993 have
//! not. By their digits; a double would lose the difference.

use super::{Json, Number};

/// The digits without zeros at either end, and the power of ten of the last one. Zero has no digits.
#[derive(PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i128,
}

impl Number {
    /// Whether both have the same value, however they are spelled (RFC 6902 §4.6).
    pub fn has_value_of(&self, other: &Self) -> bool {
        match (Decimal::of(self.spelling()), Decimal::of(other.spelling())) {
            (Some(one), Some(two)) => one == two,
            _ => self == other,
        }
    }
}

impl Json {
    /// Whether both say the same: members in any order, numbers by value.
    pub fn has_value_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(own), Self::Number(other)) => own.has_value_of(other),
            (Self::Array(own), Self::Array(other)) => {
                own.len() == other.len() && own.iter().zip(other).all(|(own, other)| own.has_value_of(other))
            }
            (Self::Object(own), Self::Object(other)) => {
                let has =
                    |(name, own): (&str, &Self)| other.get(name).is_some_and(|other| own.has_value_of(other));
                own.len() == other.len() && own.iter().all(has)
            }
            (own, other) => own == other,
        }
    }
}

impl Decimal {
    /// None where the exponent has more digits than can be counted with.
    fn of(spelling: &str) -> Option<Self> {
        let (significand, exponent) = spelling.split_once(['e', 'E']).unwrap_or((spelling, "0"));
        let (is_negative, significand) = match significand.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, significand),
        };
        let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits: String::new(), exponent: 0 });
        }
        let moved = (all.len() - digits.len()) as i128 - fraction.len() as i128;
        let exponent = exponent.parse::<i128>().ok()?.checked_add(moved)?;
        Some(Self { is_negative, digits: digits.trim_start_matches('0').to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Json, Rules, parse};
    use super::*;

    fn number(spelling: &str) -> Number {
        match parse(spelling, &Rules::STORED) {
            Ok(Json::Number(number)) => number,
            other => panic!("{spelling}: {other:?}"),
        }
    }

    #[test]
    fn numbers_are_equal_by_value_and_by_nothing_less() {
        let long_exponent = format!("1e{}", "9".repeat(50));
        let groups: &[&[&str]] = &[
            &["0", "-0", "0.0", "-0.00e7", "0e99999999999999999999999999999999999999999999"],
            &["1", "1.0", "10e-1", "0.1E1", "0.01e+2", "1e0"],
            &["-1", "-1.0"],
            &["100", "1e2", "1.00E2"],
            &["10"],
            &["0.1", "1e-1", "0.10"],
            &["0.1000000000000000055511151231257827"],
            &["9007199254740992", "9007199254740992.0"],
            &["9007199254740993", "9007199254740993.0"],
            &["18446744073709551616"],
            &["18446744073709551617"],
            &["1e400", "10e399"],
            &["1e-400"],
            &[&long_exponent],
        ];
        for (one, group) in groups.iter().enumerate() {
            for (other, another) in groups.iter().enumerate() {
                for (left, right) in
                    group.iter().flat_map(|left| another.iter().map(move |right| (left, right)))
                {
                    assert_eq!(number(left).has_value_of(&number(right)), one == other, "{left} {right}");
                }
            }
        }
    }
}
