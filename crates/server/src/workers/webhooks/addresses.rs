//! Name look-ups that hand out only addresses a webhook may be sent to.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use cardium_api_v1::webhook_url::{Reach, check_addresses};
use cardium_http::NameLookup;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Addresses of a name that are tried one after the other; the attempt's time ends it anyway. A
/// name may have thousands, and all are judged.
const TRIED: usize = 16;

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum NameError {
    /// It could not be looked up.
    #[error("the name cannot be looked up")]
    Unknown(#[source] io::Error),
    /// It has no address.
    #[error("the name has no address")]
    Empty,
    /// One of its addresses is out of reach. The others are not tried either: who answers with
    /// both wants to be dialled where they may not.
    #[error("the name has an address that webhooks may not be sent to")]
    Forbidden,
}

/// Looks names up and hands out only addresses within reach. The client dials what it is given,
/// so a name that means something else a moment later changes nothing.
#[derive(Debug, Clone)]
pub(super) struct Guarded {
    reach: Reach,
    names: Arc<dyn NameLookup>,
}

impl Guarded {
    /// A guard over these names.
    pub(super) fn new(reach: Reach, names: Arc<dyn NameLookup>) -> Self {
        Self { reach, names }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, self.names.look_up(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await.map_err(NameError::Unknown)?;
            Ok(Box::new(judge(found, reach)?) as Addrs)
        })
    }
}

/// The addresses to dial, each at the port that the URL has.
fn judge(
    found: Vec<IpAddr>,
    reach: Reach,
) -> Result<impl Iterator<Item = SocketAddr> + Send, NameError> {
    if found.is_empty() {
        return Err(NameError::Empty);
    }
    check_addresses(&found, reach).map_err(|_| NameError::Forbidden)?;
    Ok(found.into_iter().take(TRIED).map(|address| SocketAddr::new(address, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(count: u8, last: [u8; 4], reach: Reach) -> Result<usize, NameError> {
        let public = (0..count).map(|number| IpAddr::from([1, 1, 1, number]));
        let found = public.chain([IpAddr::from(last)]).collect();
        judge(found, reach).map(Iterator::count)
    }

    #[test]
    fn one_forbidden_address_spoils_a_name_however_late_it_comes() {
        let forbidden = |result| matches!(result, Err(NameError::Forbidden));
        for count in [0, 1, 15, 16, 200] {
            for reach in [Reach::PublicHttps, Reach::LoopbackToo] {
                assert!(forbidden(judged(count, [10, 0, 0, 1], reach)), "{count}");
            }
            assert!(forbidden(judged(count, [127, 0, 0, 1], Reach::PublicHttps)), "{count}");
            assert!(judged(count, [127, 0, 0, 1], Reach::LoopbackToo).is_ok(), "{count}");
        }
        assert!(matches!(judge(Vec::new(), Reach::PublicHttps), Err(NameError::Empty)));
    }

    #[test]
    fn so_many_addresses_are_tried_and_no_more() {
        assert_eq!(judged(1, [1, 0, 0, 1], Reach::PublicHttps).unwrap(), 2);
        assert_eq!(judged(200, [1, 0, 0, 1], Reach::PublicHttps).unwrap(), TRIED);
    }
}
