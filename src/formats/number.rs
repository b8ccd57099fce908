//! Units of time: a number moved by powers of ten, exactly and by its digits.

use crate::json::{Json, Number, Rules, parse};

/// How many digits a moved number has at most.
const LONGEST: i64 = 40;

/// A number in the spelling of JSON.
pub(in crate::formats) fn parsed(spelling: &str) -> Option<Number> {
    match parse(spelling, &Rules::BODY) {
        Ok(Json::Number(number)) => Some(number),
        _ => None,
    }
}

/// The number times a power of ten, in the plainest spelling; none where it would be too long to be a time.
pub(in crate::formats) fn shifted(number: &Number, places: i64) -> Option<Number> {
    let spelling = number.spelling();
    let (significand, exponent) = spelling.split_once(['e', 'E']).unwrap_or((spelling, "0"));
    let (sign, significand) = match significand.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", significand),
    };
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    let all = [whole, fraction].concat();
    let bare = all.trim_start_matches('0');
    let digits = bare.trim_end_matches('0');
    if digits.is_empty() {
        return Some(Number::from_u64(0));
    }
    // Where the point is, counted from the first digit.
    let exponent: i64 =
        exponent.trim_start_matches('+').parse().ok().filter(|value: &i64| value.abs() < 1_000)?;
    let point = bare.len() as i64 - fraction.len() as i64 + exponent + places;
    let length = digits.len() as i64;
    if LONGEST < length || LONGEST < point.abs() {
        return None;
    }
    let text = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if length <= point {
        format!("{digits}{}", "0".repeat((point - length) as usize))
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    };
    parsed(&format!("{sign}{text}"))
}

/// The number times a power of ten, or in its own spelling where that is one.
pub(in crate::formats) fn moved(number: &Number, places: i64) -> Option<Number> {
    if places == 0 { Some(number.clone()) } else { shifted(number, places) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_moved_by_its_digits() {
        let table = [
            ("45000", -3, "45"),
            ("1500", -3, "1.5"),
            ("7.5", 3, "7500"),
            ("0", -3, "0"),
            ("0.0", 3, "0"),
            ("1", -3, "0.001"),
            ("1.5e3", -3, "1.5"),
            ("60", 3, "60000"),
            ("-20.50", 0, "-20.5"),
            ("0.0450", 3, "45"),
            ("9007199254740993", -3, "9007199254740.993"),
        ];
        for (number, places, moved) in table {
            let Ok(Json::Number(number)) = parse(number, &Rules::BODY) else { panic!("{number}") };
            assert_eq!(shifted(&number, places).unwrap().spelling(), moved);
        }
        let Ok(Json::Number(number)) = parse("1e300", &Rules::BODY) else { panic!() };
        assert_eq!(shifted(&number, -3), None);
    }
}
