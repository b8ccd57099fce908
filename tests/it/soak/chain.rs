//! Checks the calls of one round on one server at any width: each state has one successor at most, the
//! writes that were answered 2xx make one chain from the first state to the stored one, and every answer
//! names a state on that chain. It does not look at times; [`super::sequential`] does.

use super::history::{Answer, Ask, Call, State, Value};

/// A write that was made, or may have been.
struct Link<'a> {
    from: State,
    to: State,
    call: &'a Call,
    is_certain: bool,
    is_used: bool,
}

/// Returns the states that the server went through, or what is wrong with the calls.
pub(super) fn check(start: &State, calls: &[Call], stored: &State) -> Result<Vec<State>, String> {
    let mut links = Vec::new();
    for call in calls {
        let Some((from, to)) = call.ask.step() else { continue };
        match call.answer() {
            Some(Answer::Done(state)) if *state != to => {
                return Err(format!("answered {state:?} to {:?}", call.ask));
            }
            Some(Answer::Done(_)) => {
                links.push(Link { from, to, call, is_certain: true, is_used: false });
            }
            None => links.push(Link { from, to, call, is_certain: false, is_used: false }),
            Some(_) => {}
        }
    }
    let is_settled = links.iter().all(|link| link.is_certain);
    one_winner(start, calls, &links, is_settled)?;
    let mut chain = vec![start.clone()];
    if !walk(&mut chain, &mut links, stored) {
        let made = links.iter().map(|link| (&link.call.ask, link.is_certain)).collect::<Vec<_>>();
        return Err(format!("no order of {made:?} leads from {start:?} to {stored:?}"));
    }
    for call in calls {
        judge(call, &chain)?;
    }
    Ok(chain)
}

/// Law L1, word for word: of those who name one state one wins; and somebody does, where the first state
/// was named at all.
fn one_winner(start: &State, calls: &[Call], links: &[Link<'_>], is_settled: bool) -> Result<(), String> {
    for link in links.iter().filter(|link| link.is_certain && link.from.is_some()) {
        let rivals: Vec<_> =
            links.iter().filter(|rival| rival.is_certain && rival.from == link.from).collect();
        if 1 < rivals.len() {
            let asks: Vec<_> = rivals.iter().map(|rival| &rival.call.ask).collect();
            return Err(format!("{} winners of one tag: {asks:?}", rivals.len()));
        }
    }
    let is_refused = |call: &Call| call.answer() == Some(&Answer::Refused);
    let wanted = |call: &Call| !is_refused(call) && call.ask.step().is_some_and(|(from, _)| from == *start);
    if is_settled && calls.iter().any(wanted) && !links.iter().any(|link| link.from == *start) {
        return Err(format!("nobody won {start:?}"));
    }
    Ok(())
}

/// Whether a server that had this value is still one, however it was renamed: of the chains of all names, one
/// leaves the value if and only if another has it.
pub(super) fn check_move(value: &Value, from: &[State], others: &[&[State]]) -> Result<(), String> {
    let is_value = |state: &State| state.as_ref() == Some(value);
    let has_left = from.windows(2).any(|pair| is_value(&pair[0]) && pair[1].is_none());
    let places = others.iter().filter(|chain| chain.iter().any(is_value)).count();
    if places == usize::from(has_left) {
        return Ok(());
    }
    Err(format!("{value:?} left its name: {has_left}; other names that have had it since: {places}"))
}

/// Walks every certain link, and uncertain ones where they help, to the stored state. There is little to
/// try: no state but that of having no server is met twice.
fn walk(chain: &mut Vec<State>, links: &mut [Link<'_>], stored: &State) -> bool {
    let here = chain.last().expect("a chain begins with a state").clone();
    if here == *stored && links.iter().all(|link| link.is_used || !link.is_certain) {
        return true;
    }
    for index in 0..links.len() {
        if links[index].is_used || links[index].from != here {
            continue;
        }
        links[index].is_used = true;
        chain.push(links[index].to.clone());
        if walk(chain, links, stored) {
            return true;
        }
        chain.pop();
        links[index].is_used = false;
    }
    false
}

/// Whether one answer fits the chain.
fn judge(call: &Call, chain: &[State]) -> Result<(), String> {
    if call.answer() == Some(&Answer::Taken) && chain.iter().all(Option::is_none) {
        return Err(format!("the response says that a name is taken, but it never was: {:?}", call.ask));
    }
    let Some(state) = call.answer().and_then(Answer::state) else { return Ok(()) };
    if !chain.contains(state) {
        return Err(format!("the response has a state that never was, {state:?}: {:?}", call.ask));
    }
    let named = match &call.ask {
        Ask::Put { on, .. } | Ask::Patch { on, .. } | Ask::Delete { on } | Ask::Leave { on } => Some(on),
        Ask::Read | Ask::Create { .. } | Ask::Arrive { .. } => None,
    };
    let is_contrary = match (call.answer(), &call.ask) {
        (Some(Answer::Stale(state)), Ask::Create { .. }) => state.is_none(),
        (Some(Answer::Stale(state)), _) => state.as_ref() == named,
        _ => false,
    };
    if is_contrary { Err(format!("412 although it fits: {:?}", call.ask)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn call(ask: Ask, answer: Option<Answer>) -> Call {
        let now = Instant::now();
        Call { server: 0, ask, began: now, end: answer.map(|answer| (now, answer)) }
    }

    fn value(put: &str) -> State {
        Some(Value::new(put))
    }

    fn put(on: &str, put: &str, answer: Option<Answer>) -> Call {
        call(Ask::Put { on: Value::new(on), put: put.to_owned() }, answer)
    }

    fn won(on: &str, to: &str) -> Call {
        put(on, to, Some(Answer::Done(value(to))))
    }

    fn lost(on: &str, to: &str, current: &str) -> Call {
        put(on, to, Some(Answer::Stale(value(current))))
    }

    #[test]
    fn right_rounds_pass() {
        let created = || call(Ask::Create { put: "c".into() }, Some(Answer::Done(value("c"))));
        let deleted = |on: &str| call(Ask::Delete { on: Value::new(on) }, Some(Answer::Done(None)));
        let rounds: [(&str, Vec<Call>, State, State); 6] = [
            ("one wins", vec![won("a", "b"), lost("a", "c", "b")], value("a"), value("b")),
            ("a chase", vec![won("b", "c"), won("a", "b"), lost("a", "x", "c")], value("a"), value("c")),
            ("gone and back", vec![created(), deleted("a")], value("a"), value("c")),
            ("there and gone", vec![deleted("c"), created()], None, None),
            (
                "a killed write that was made",
                vec![put("a", "b", None), won("b", "c")],
                value("a"),
                value("c"),
            ),
            ("a killed write that was not", vec![put("a", "b", None)], value("a"), value("a")),
        ];
        for (name, calls, start, stored) in rounds {
            assert!(check(&start, &calls, &stored).is_ok(), "{name}: {:?}", check(&start, &calls, &stored));
        }
    }

    #[test]
    fn wrong_rounds_do_not() {
        let seen = |state: State| call(Ask::Read, Some(Answer::Saw(state)));
        let created = |put: &str| call(Ask::Create { put: put.into() }, Some(Answer::Done(value(put))));
        let rounds: [(&str, Vec<Call>, State, State); 10] = [
            ("two winners", vec![won("a", "b"), won("a", "c")], value("a"), value("c")),
            ("two creators", vec![created("b"), created("c")], None, value("c")),
            ("nobody wins", vec![lost("a", "b", "x"), lost("a", "x", "b")], value("a"), value("a")),
            ("a lost update", vec![won("a", "b")], value("a"), value("a")),
            ("another's value is stored", vec![won("a", "b"), lost("a", "c", "b")], value("a"), value("c")),
            ("a win on a state that never was", vec![won("a", "b"), won("x", "c")], value("a"), value("b")),
            (
                "a refusal that names the tag's own state",
                vec![won("a", "b"), lost("a", "c", "a")],
                value("a"),
                value("b"),
            ),
            (
                "a read of a loser's value",
                vec![won("a", "b"), lost("a", "c", "b"), seen(value("c"))],
                value("a"),
                value("b"),
            ),
            ("a read of half a write", vec![won("a", "b"), seen(None)], value("a"), value("b")),
            (
                "a killed write between two others is missing",
                vec![put("a", "b", None), won("b", "c")],
                value("a"),
                value("b"),
            ),
        ];
        for (name, calls, start, stored) in rounds {
            assert!(check(&start, &calls, &stored).is_err(), "{name}");
        }
    }

    #[test]
    fn a_renamed_server_is_in_one_place() {
        let here = [value("a"), value("b")];
        let gone = [value("a"), value("b"), None];
        let (never, arrived) = ([None, value("c")], [None, value("b")]);
        let moved = |from: &[State], others: &[&[State]]| check_move(&Value::new("b"), from, others).is_ok();
        assert!(moved(&here, &[&never, &never]) && moved(&gone, &[&never, &arrived]));
        assert!(!moved(&gone, &[&never, &never]), "lost");
        assert!(!moved(&here, &[&arrived, &never]), "copied");
        assert!(!moved(&gone, &[&arrived, &arrived]), "copied twice");
    }

    #[test]
    fn an_answer_must_tell_what_was_asked_for() {
        let calls = [put("a", "b", Some(Answer::Done(value("c"))))];
        assert!(check(&value("a"), &calls, &value("c")).is_err());
    }
}
