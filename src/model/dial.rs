//! Which addresses this service connects to: the class of an address, and the policy that an operator writes. It
//! resolves no names and opens no connections (DESIGN §13.6).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClass {
    /// Anywhere on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own: RFC 1918, RFC 6598 (CGNAT), RFC 4193 (ULA), RFC 2544 (benchmarks).
    Private,
    /// Nothing that an MCP server can have, whatever the policy says: the addresses at which clouds give out
    /// credentials, and those that name no single machine.
    Never,
}

/// Addresses at which clouds answer questions about the machine, outside the link-local networks.
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

impl AddressClass {
    /// The class of an address. One that carries an IPv4 address (mapped, NAT64, 6to4) has the class of that.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match embedded(address) {
                Some(inner) => Self::of_v4(inner),
                None => Self::of_v6(address),
            },
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [first, second, third, _] = address.octets();
        if METADATA_V4.contains(&address) {
            return Self::Never;
        }
        match (first, second, third) {
            // RFC 1122 "this network"; link-local; RFC 6890 protocol assignments; multicast, reserved, broadcast.
            (0, ..) | (169, 254, _) | (192, 0, 0) | (224.., ..) => Self::Never,
            (127, ..) => Self::Loopback,
            (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) | (198, 18..=19, _) => {
                Self::Private
            }
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if METADATA_V6.contains(&address) {
            return Self::Never;
        }
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            [0xfc00..=0xfdff, ..] => Self::Private,
            // Teredo (RFC 4380) leads to an IPv4 address of the sender's choice.
            [0x2001, 0, ..] => Self::Never,
            [0x2000..=0x3fff, ..] => Self::Public,
            // Unspecified, v4-compatible, local NAT64 (RFC 8215), link-local, site-local, multicast, unassigned.
            _ => Self::Never,
        }
    }
}

/// The IPv4 address in one that is mapped (RFC 4291), of NAT64 (RFC 6052), or of 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let four = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(four(high, low)),
        [0x2002, high, low, ..] => Some(four(high, low)),
        _ => None,
    }
}

/// Which addresses are dialled.
///
/// ```
/// use mcp_settings::model::dial::DialPolicy;
///
/// let policy = DialPolicy::parse(&["public".to_owned(), "10.1.0.0/16".to_owned()])?;
/// assert!(policy.allows("tools.example", "10.1.2.3".parse().unwrap()));
/// assert!(!policy.allows("tools.example", "10.2.0.1".parse().unwrap()));
/// // What hands out the credentials of a machine in a cloud is never dialled.
/// assert!(!policy.allows("tools.example", "169.254.169.254".parse().unwrap()));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialPolicy {
    is_public: bool,
    is_loopback: bool,
    is_private: bool,
    networks: Vec<Network>,
    hosts: Vec<String>,
}

/// A network by its first address and the length of its prefix in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    first: IpAddr,
    length: u8,
}

impl DialPolicy {
    /// Reads the words `public`, `loopback`, `private`, networks such as `10.1.0.0/16`, and `host:NAME`. The error says
    /// which word is wrong, and what is right.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let mut policy = Self::default();
        for word in words {
            match word.as_str() {
                "public" => policy.is_public = true,
                "loopback" => policy.is_loopback = true,
                "private" => policy.is_private = true,
                other => match other.strip_prefix("host:") {
                    Some(name) => policy.hosts.push(host_name(name)?),
                    None => policy.networks.push(Network::parse(other)?),
                },
            }
        }
        Ok(policy)
    }

    /// What holds where nothing is configured: everything that can be a server where only this machine reaches the
    /// service, else what is public.
    pub fn default_for(listens_on_loopback: bool) -> Self {
        Self {
            is_public: true,
            is_loopback: listens_on_loopback,
            is_private: listens_on_loopback,
            ..Self::default()
        }
    }

    /// Whether this address may be dialled for this host, which is a name or an address. [`AddressClass::Never`] stays
    /// forbidden, whatever the policy says.
    pub fn allows(&self, host: &str, address: IpAddr) -> bool {
        let by_class = match AddressClass::of(address) {
            AddressClass::Never => return false,
            AddressClass::Public => self.is_public,
            AddressClass::Loopback => self.is_loopback,
            AddressClass::Private => self.is_private,
        };
        let host = host.trim_end_matches('.');
        by_class
            || self.networks.iter().any(|network| network.contains(address))
            || self.hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

fn host_name(name: &str) -> Result<String, String> {
    let name = name.trim_end_matches('.');
    let is_name = !name.is_empty()
        && name.parse::<IpAddr>().is_err()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if is_name {
        Ok(name.to_ascii_lowercase())
    } else {
        Err("`host:` takes one name without a port, such as `host:mcp.example.com`; an address is written as a network, \
             such as `10.1.2.3/32`"
            .to_owned())
    }
}

impl Network {
    fn parse(word: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{word}` is not known: use `public`, `loopback`, `private`, a network such as `10.1.0.0/16`, or \
                 `host:NAME`"
            )
        };
        let Some((first, length)) = word.split_once('/') else {
            return Err(match word.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => format!("one address is written as a network: `{word}/32`"),
                Ok(IpAddr::V6(_)) => format!("one address is written as a network: `{word}/128`"),
                Err(_) => wrong(),
            });
        };
        let first: IpAddr = first.parse().map_err(|_| wrong())?;
        let length: u8 = length.parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        if length > most {
            return Err(format!("`{word}` has a longer prefix than an address: at most `/{most}`"));
        }
        let network = Self { first: masked(first, length), length };
        if network.first != first {
            return Err(format!("`{word}` is an address in a network: write `{}/{length}`", network.first));
        }
        Ok(network)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let is_in = |address: IpAddr| {
            self.first.is_ipv4() == address.is_ipv4() && masked(address, self.length) == self.first
        };
        is_in(address)
            || matches!(address, IpAddr::V6(six) if embedded(six).is_some_and(|inner| is_in(inner.into())))
    }
}

/// The first address of the network with this prefix.
fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            Ipv6Addr::from(u128::from(address) & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn policy(words: &[&str]) -> DialPolicy {
        DialPolicy::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn every_address_has_its_class() {
        use AddressClass::{Loopback, Never, Private, Public};
        for (class, texts) in [
            (
                Public,
                &["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "223.255.255.255"][..],
            ),
            (Public, &["2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]),
            (Loopback, &["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"]),
            (
                Private,
                &["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1"],
            ),
            (Private, &["fc00::1", "fd12:3456::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"]),
            (Never, &["0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.192", "224.0.0.1"]),
            (Never, &["240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16"]),
            (
                Never,
                &["::", "::10.0.0.1", "::808:808", "fe80::1", "febf::1", "fec0::1", "ff02::1", "2001:0:1::1"],
            ),
            (Never, &["fd00:ec2::254", "fd20:ce::254", "64:ff9b:1::1", "4000::1", "::ffff:169.254.169.254"]),
            (Never, &["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2002:e000:1::", "::ffff:0.0.0.0"]),
        ] {
            for text in texts {
                assert_eq!(AddressClass::of(address(text)), class, "{text}");
            }
        }
    }

    #[test]
    fn a_word_allows_its_class_and_no_other() {
        for (word, allowed) in [
            ("public", "1.1.1.1"),
            ("loopback", "127.0.0.1"),
            ("private", "10.0.0.1"),
            ("10.1.0.0/16", "10.1.2.3"),
            ("10.1.0.0/16", "::ffff:10.1.2.3"),
            ("fd00:1::/32", "fd00:1::5"),
            ("127.0.0.1/32", "127.0.0.1"),
            ("0.0.0.0/0", "10.0.0.1"),
        ] {
            let policy = policy(&[word]);
            assert!(policy.allows("h", address(allowed)), "{word} {allowed}");
        }
        for (word, refused) in [
            ("public", "10.0.0.1"),
            ("public", "127.0.0.1"),
            ("loopback", "10.0.0.1"),
            ("loopback", "1.1.1.1"),
            ("private", "127.0.0.1"),
            ("private", "1.1.1.1"),
            ("10.1.0.0/16", "10.2.0.1"),
            ("10.1.0.0/16", "fd00::1"),
            ("fd00:1::/32", "fd00:2::5"),
            ("host:other", "10.0.0.1"),
        ] {
            assert!(!policy(&[word]).allows("h", address(refused)), "{word} {refused}");
        }
    }

    #[test]
    fn a_host_is_allowed_by_its_name_in_any_case() {
        let policy = policy(&["host:Mcp.Internal."]);
        assert!(policy.allows("mcp.internal", address("10.0.0.1")));
        assert!(policy.allows("MCP.INTERNAL.", address("127.0.0.1")));
        assert!(!policy.allows("x.mcp.internal", address("10.0.0.1")));
    }

    #[test]
    fn no_word_allows_what_is_never_dialled() {
        let policy = policy(&[
            "public",
            "loopback",
            "private",
            "0.0.0.0/0",
            "::/0",
            "169.254.0.0/16",
            "host:metadata",
        ]);
        for text in
            ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"]
        {
            assert!(!policy.allows("metadata", address(text)), "{text}");
        }
    }

    #[test]
    fn the_default_depends_on_who_reaches_the_service() {
        for (is_local, text, is_allowed) in [
            (true, "127.0.0.1", true),
            (true, "10.0.0.1", true),
            (true, "1.1.1.1", true),
            (true, "169.254.169.254", false),
            (false, "127.0.0.1", false),
            (false, "10.0.0.1", false),
            (false, "1.1.1.1", true),
        ] {
            assert_eq!(DialPolicy::default_for(is_local).allows("h", address(text)), is_allowed, "{text}");
        }
        assert!(!policy(&[]).allows("h", address("1.1.1.1")), "an empty list allows nothing");
    }

    #[test]
    fn a_wrong_word_is_an_error_that_says_what_is_right() {
        for (word, hint) in [
            ("internet", "`public`"),
            ("10.0.0.1", "`10.0.0.1/32`"),
            ("::1", "`::1/128`"),
            ("10.1.2.3/16", "`10.1.0.0/16`"),
            ("10.0.0.0/33", "`/32`"),
            ("10.0.0.0/x", "`host:NAME`"),
            ("host:", "`host:mcp.example.com`"),
            ("host:a:80", "without a port"),
            ("host:10.0.0.1", "`10.1.2.3/32`"),
            ("Public", "`public`"),
        ] {
            let error = DialPolicy::parse(&[word.to_owned()]).unwrap_err();
            assert!(error.contains(hint), "{word}: {error}");
        }
    }
}
