//! Name look-ups that hand out only addresses a webhook may be sent to.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use cardium_api_v1::webhook_url::{Reach, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Looks names up and hands out only addresses within reach. The client dials what it is given,
/// so a name that means something else a moment later changes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guarded(pub(super) Reach);

impl Guarded {
    fn allows(self, address: IpAddr) -> bool {
        match self.0 {
            Reach::PublicHttps => is_public(address),
            Reach::LoopbackToo => is_public(address) || address.is_loopback(),
        }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| guard.allows(address.ip())).collect();
            if allowed.is_empty() {
                let message = "the name has no address that webhooks may be sent to";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_adds_loopback_and_nothing_else() {
        for (text, public, development) in [
            ("1.1.1.1", true, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("10.0.0.1", false, false),
            ("169.254.169.254", false, false),
            ("::ffff:127.0.0.1", false, false),
        ] {
            let address = text.parse().unwrap();
            assert_eq!(Guarded(Reach::PublicHttps).allows(address), public, "{text}");
            assert_eq!(Guarded(Reach::LoopbackToo).allows(address), development, "{text}");
        }
    }

    #[tokio::test]
    async fn names_of_private_addresses_do_not_resolve() {
        let localhost = || "localhost".parse::<Name>().unwrap();
        let refused = Guarded(Reach::PublicHttps).resolve(localhost()).await;
        assert!(refused.is_err());
        let allowed = Guarded(Reach::LoopbackToo).resolve(localhost()).await;
        assert!(allowed.is_ok_and(|mut found| found.all(|found| found.ip().is_loopback())));
    }
}
