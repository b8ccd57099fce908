//! Reads OpenMetrics 1.0 as its specification has it, and panics at anything else. Beside that it holds the conventions of
//! Prometheus for names. It does not know which metrics there are.

use std::collections::{BTreeMap, BTreeSet};

/// Labels by name.
pub(super) type Labels = BTreeMap<String, String>;

/// What was read.
pub(super) struct Exposition {
    pub(super) families: BTreeMap<String, Family>,
    samples: Vec<Sample>,
}

/// What is said of all samples of one metric.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub(super) kind: String,
    help: String,
    unit: Option<String>,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Labels,
    value: f64,
}

impl Exposition {
    /// Reads a whole text.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let body = text.strip_suffix("# EOF\n").ok_or("it does not end with `# EOF`")?;
        if body.contains('\r') {
            return Err("a carriage return".to_owned());
        }
        let mut all = Self { families: BTreeMap::new(), samples: Vec::new() };
        let mut current = String::new();
        for line in body.lines() {
            all.line(line, &mut current).map_err(|fault| format!("{fault}: `{line}`"))?;
        }
        all.check()?;
        Ok(all)
    }

    /// The value of one series.
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels: Labels =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = self.samples.iter().find(|sample| sample.name == name && sample.labels == labels);
        found.map(|sample| sample.value)
    }

    /// Every series of this name.
    pub(super) fn all(&self, name: &str) -> Vec<&Sample> {
        self.samples.iter().filter(|sample| sample.name == name).collect()
    }

    /// The names of samples, without the parts of histograms: as a list of metrics has them, with the labels of each.
    pub(super) fn metrics(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for sample in &self.samples {
            let (family, kind) = self.family_of(&sample.name).expect("it was read");
            let name = if kind == "histogram" { family } else { sample.name.as_str() };
            let labels = sample.labels.keys().filter(|label| *label != "le").cloned();
            metrics.entry(name.to_owned()).or_default().extend(labels);
        }
        metrics
    }

    /// The family that a sample belongs to, and its type.
    pub(super) fn family_of<'a>(&'a self, sample: &'a str) -> Option<(&'a str, &'a str)> {
        let suffixes: [(&str, &[&str]); 4] = [
            ("gauge", &[""]),
            ("counter", &["_total"]),
            ("histogram", &["_bucket", "_sum", "_count"]),
            ("info", &["_info"]),
        ];
        suffixes.iter().find_map(|(kind, suffixes)| {
            suffixes.iter().find_map(|suffix| {
                let family = sample.strip_suffix(suffix)?;
                self.families.get(family).filter(|own| own.kind == *kind).map(|own| (family, &*own.kind))
            })
        })
    }

    fn line(&mut self, line: &str, current: &mut String) -> Result<(), String> {
        let Some(meta) = line.strip_prefix("# ") else { return self.sample(line, current) };
        let mut words = meta.splitn(3, ' ');
        let (Some(keyword), Some(name), Some(rest)) = (words.next(), words.next(), words.next()) else {
            return Err("not a line of metadata".to_owned());
        };
        if !is_name(name) {
            return Err("not a name".to_owned());
        }
        match keyword {
            "HELP" => {
                if self.families.contains_key(name) {
                    return Err("a family comes twice".to_owned());
                }
                if rest.len() < 2 || rest.contains('\\') {
                    return Err("no help".to_owned());
                }
                let family = Family { kind: String::new(), help: rest.to_owned(), unit: None };
                self.families.insert(name.to_owned(), family);
                *current = name.to_owned();
                Ok(())
            }
            "TYPE" | "UNIT" if name != current => Err("metadata of another family".to_owned()),
            "TYPE" => {
                let family = self.families.get_mut(name).ok_or("no help before")?;
                let is_known = ["counter", "gauge", "histogram", "info"].contains(&rest);
                if !is_known || !family.kind.is_empty() {
                    return Err("not a type, or another one".to_owned());
                }
                rest.clone_into(&mut family.kind);
                Ok(())
            }
            "UNIT" => {
                if !name.ends_with(&format!("_{rest}")) {
                    return Err("the unit is not in the name".to_owned());
                }
                self.families.get_mut(name).ok_or("no help before")?.unit = Some(rest.to_owned());
                Ok(())
            }
            _ => Err("neither HELP, TYPE nor UNIT".to_owned()),
        }
    }

    fn sample(&mut self, line: &str, current: &str) -> Result<(), String> {
        let end = line.find(['{', ' ']).ok_or("no value")?;
        let (name, mut rest) = line.split_at(end);
        if !is_name(name) {
            return Err("not a name".to_owned());
        }
        let mut labels = Labels::new();
        if let Some(text) = rest.strip_prefix('{') {
            rest = read_labels(text, &mut labels)?;
        }
        let value = rest.strip_prefix(' ').ok_or("no value")?;
        let value: f64 = value.parse().map_err(|_| "not a number, or more than that")?;
        if self.family_of(name).is_none_or(|(family, _)| family != current) {
            return Err("not a sample of the family before it".to_owned());
        }
        let is_same = |own: &Sample| own.name == name && own.labels == labels;
        if self.samples.iter().any(is_same) {
            return Err("a series comes twice".to_owned());
        }
        self.samples.push(Sample { name: name.to_owned(), labels, value });
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        for (name, family) in &self.families {
            self.check_family(name, family).map_err(|fault| format!("{fault}: `{name}`"))?;
        }
        Ok(())
    }

    fn check_family(&self, name: &str, family: &Family) -> Result<(), String> {
        let reserved = ["_total", "_count", "_sum", "_bucket", "_info", "_created"];
        if reserved.iter().any(|suffix| name.ends_with(suffix)) {
            return Err("the name of a family ends as names of samples do".to_owned());
        }
        if !name.starts_with("mcp_settings_") || name.contains("__") || family.help.is_empty() {
            return Err("not a name of ours".to_owned());
        }
        for unit in ["ms", "millis", "milliseconds", "micros", "us", "minutes", "percent", "kb", "mb"] {
            if name.split('_').any(|word| word == unit) {
                return Err("not a base unit".to_owned());
            }
        }
        let own = |suffix: &str| {
            let sample = format!("{name}{suffix}");
            self.samples.iter().filter(move |own| own.name == sample)
        };
        match family.kind.as_str() {
            "counter" if own("_total").any(|own| own.value < 0.0 || !own.value.is_finite()) => {
                Err("a counter is no number from 0 on".to_owned())
            }
            "info" if own("_info").any(|own| own.value != 1.0) => Err("an info is not 1".to_owned()),
            "histogram" if family.unit.is_none() => Err("a histogram without a unit".to_owned()),
            "histogram" => {
                if own("_count").count() == 0 || own("_count").count() != own("_sum").count() {
                    return Err("a histogram without count or sum".to_owned());
                }
                own("_count").try_for_each(|count| check_buckets(own("_bucket"), count))
            }
            "" => Err("no type".to_owned()),
            _ => Ok(()),
        }
    }
}

fn check_buckets<'a>(buckets: impl Iterator<Item = &'a Sample>, count: &Sample) -> Result<(), String> {
    let (mut bound, mut before) = (f64::NEG_INFINITY, 0.0);
    for bucket in buckets {
        let mut labels = bucket.labels.clone();
        let Some(le) = labels.remove("le") else { return Err("a bucket without a bound".to_owned()) };
        if labels != count.labels {
            continue;
        }
        let le: f64 = if le == "+Inf" { f64::INFINITY } else { le.parse().map_err(|_| "not a bound")? };
        if le <= bound || bucket.value < before {
            return Err("buckets that do not grow".to_owned());
        }
        (bound, before) = (le, bucket.value);
    }
    if bound == f64::INFINITY && before == count.value {
        Ok(())
    } else {
        Err("the last bucket does not hold all".to_owned())
    }
}

/// Reads labels up to the brace, and returns what is behind it.
fn read_labels<'a>(mut text: &'a str, labels: &mut Labels) -> Result<&'a str, String> {
    loop {
        let (name, rest) = text.split_once("=\"").ok_or("a label without a value")?;
        let is_label = is_name(name) && !name.contains(':') && !name.starts_with("__");
        if !is_label {
            return Err("not the name of a label".to_owned());
        }
        let (value, rest) = read_value(rest)?;
        if labels.insert(name.to_owned(), value).is_some() {
            return Err("a label comes twice".to_owned());
        }
        match (rest.strip_prefix('}'), rest.strip_prefix(',')) {
            (Some(rest), _) => return Ok(rest),
            (_, Some(rest)) => text = rest,
            _ => return Err("labels that do not end".to_owned()),
        }
    }
}

fn read_value(text: &str) -> Result<(String, &str), String> {
    let (mut value, mut symbols) = (String::new(), text.char_indices());
    while let Some((at, symbol)) = symbols.next() {
        match symbol {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => value.push(match symbols.next() {
                Some((_, 'n')) => '\n',
                Some((_, escaped @ ('"' | '\\'))) => escaped,
                _ => return Err("an escape that there is not".to_owned()),
            }),
            symbol => value.push(symbol),
        }
    }
    Err("a value that does not end".to_owned())
}

fn is_name(text: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || b"_:".contains(&byte);
    text.bytes().next().is_some_and(is_first)
        && text.bytes().all(|byte| is_first(byte) || byte.is_ascii_digit())
}

#[test]
fn a_text_that_breaks_a_rule_is_found() {
    let counter = |sample: &str| {
        format!("# HELP mcp_settings_a Help.\n# TYPE mcp_settings_a counter\n{sample}\n# EOF\n")
    };
    let gauge = |sample: &str| counter(sample).replace("counter", "gauge");
    let histogram = |samples: &str| {
        format!(
            "# HELP mcp_settings_a_seconds Help.\n# TYPE mcp_settings_a_seconds histogram\n# UNIT mcp_settings_a_seconds seconds\n{}\n# EOF\n",
            samples.replace("a_", "mcp_settings_a_seconds_")
        )
    };
    let good = [
        counter(r#"mcp_settings_a_total{x="a\"\\\n"} 1"#),
        gauge("mcp_settings_a -1.5"),
        histogram("a_sum 1.0\na_count 2\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 2"),
    ];
    for text in good {
        assert!(Exposition::read(&text).is_ok(), "{:?} in {text}", Exposition::read(&text).err());
    }
    let bad = [
        "mcp_settings_a_total 1\n# EOF\n".to_owned(),
        counter("mcp_settings_a_total 1").replace("# EOF\n", ""),
        counter("mcp_settings_a_total 1") + "# EOF\n",
        counter("mcp_settings_a 1"),
        counter("mcp_settings_a_total -1"),
        counter("mcp_settings_a_total 1 2"),
        counter("mcp_settings_a_total{} 1"),
        counter(r#"mcp_settings_a_total{x="a} 1"#),
        counter(r#"mcp_settings_a_total{x="a\t"} 1"#),
        counter(r#"mcp_settings_a_total{x="1",x="2"} 1"#),
        counter(r#"mcp_settings_a_total{1x="1"} 1"#),
        counter("mcp_settings_a_total 1\nmcp_settings_a_total 2"),
        counter("mcp_settings_a_total 1\n"),
        counter("mcp_settings_a_total 1\r"),
        counter("mcp_settings_a_total 1").replace("# TYPE mcp_settings_a counter\n", ""),
        counter("other_total 1").replace("mcp_settings_a", "other"),
        gauge("mcp_settings_a 1").replace("mcp_settings_a", "mcp_settings_a_ms"),
        gauge("mcp_settings_a 1").replace("mcp_settings_a", "mcp_settings_a_total"),
        histogram("a_sum 1.0\na_count 2\na_bucket{le=\"1.0\"} 1"),
        histogram("a_sum 1.0\na_count 2\na_bucket{le=\"1.0\"} 3\na_bucket{le=\"+Inf\"} 2"),
        histogram("a_sum 1.0\na_count 3\na_bucket{le=\"+Inf\"} 2"),
        histogram("a_sum 1.0\na_count 2\na_bucket{le=\"+Inf\"} 2")
            .replace("# UNIT mcp_settings_a_seconds seconds\n", ""),
    ];
    for text in bad {
        assert!(Exposition::read(&text).is_err(), "{text}");
    }
}
