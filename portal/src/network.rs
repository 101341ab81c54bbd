//! Who is calling, as far as the network tells.

use std::fmt;
use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::config::Network;

/// The network of a client: what one subscriber has to spare, /24 or /56, so that nobody gets
/// another allowance with each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientNetwork(IpNet);

impl ClientNetwork {
    /// From the connection, and from `X-Forwarded-For` as far as proxies wrote it that are
    /// trusted: from the right, up to the first address that is not such a proxy. What stands
    /// further left, the client may have written.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(address));
        let mut client = peer.to_canonical();
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .map(|line| line.to_str().unwrap_or_default())
            .collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops {
            if !is_trusted(client) {
                break;
            }
            // What is no address was not written by a proxy that we know.
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
        }
        Self::around(client)
    }

    fn around(address: IpAddr) -> Self {
        let length = if address.is_ipv4() { 24 } else { 56 };
        let net = IpNet::new(address, length).unwrap_or_else(|_| IpNet::from(address));
        Self(net.trunc())
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted
            .iter()
            .map(|text| Network::try_from((*text).to_owned()).unwrap())
            .collect();
        ClientNetwork::of(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let proxies = &["10.0.0.0/8"][..];
        assert_eq!(
            client("203.0.113.9", &["198.51.100.1"], &[]),
            "203.0.113.0/24"
        );
        assert_eq!(
            client("203.0.113.9", &["198.51.100.1"], proxies),
            "203.0.113.0/24"
        );
        assert_eq!(
            client("10.0.0.1", &["198.51.100.1"], proxies),
            "198.51.100.0/24"
        );
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], proxies),
            "198.51.100.0/24"
        );
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1", "198.51.100.1"], proxies),
            "198.51.100.0/24"
        );
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, nonsense"], proxies),
            "10.0.0.0/24"
        );
        assert_eq!(client("10.0.0.1", &[], proxies), "10.0.0.0/24");
        assert_eq!(
            client("::ffff:10.0.0.1", &["2001:db8:1:2ff::5"], proxies),
            "2001:db8:1:200::/56"
        );
    }
}
