//! The card network's listener, made from its settings.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use cardium_iso8583::{BitmapEncoding, FrameHeader, NumericEncoding, TransportHeader, WireFormat};
use cardium_network::{CvvDeclineCode, DecisionHook, Host, HostSettings};
use tokio::{sync::watch, task::JoinHandle};

use super::core::Core;
use crate::{
    iso::{self, Door, PeerLimits, Peers, Terms, TlsError, TlsFiles},
    settings::{Bitmap, CvvCode, Header, Iso8583, Link, Numerics, Settings},
};

/// How long one response may take to leave: longer than any network waits for it.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection that ends waits beyond its slowest request: for responses to leave.
const END_MARGIN: Duration = Duration::from_secs(8);

/// How long a TLS handshake may take; links between continents need one second.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);

/// A running listener: how to stop it, and its end.
pub(super) type Serving = (watch::Sender<bool>, JoinHandle<()>);

/// Who answers peers that are nothing special, and the simulated network.
pub(super) fn host(
    settings: &Settings,
    core: &Core,
    hook: Option<Arc<dyn DecisionHook>>,
) -> Arc<Host> {
    Arc::new(Host {
        database: Arc::clone(&core.backend.database),
        edge: core.backend.edge.clone(),
        keys: Arc::clone(&core.backend.keys),
        settings: host_settings(&settings.iso8583, settings.iso8583.link()),
        hook,
    })
}

/// Who is let in, and how they talk; nothing where the listener is switched off.
pub(super) fn door(all: &Settings, host: &Arc<Host>) -> Result<Option<Door>, TlsError> {
    let settings = &all.iso8583;
    if !settings.enabled {
        return Ok(None);
    }
    let tls = tls_files(settings).map(|files| iso::acceptor(&files)).transpose()?;
    let peers = peers(all, host);
    Ok(Some(Door { peers, max_connections: settings.max_connections, tls }))
}

/// Serves it on a bound listener.
pub(super) fn serve(listener: TcpListener, door: Door) -> io::Result<Serving> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(iso::serve(listener, door, stopping));
    Ok((stop, serving))
}

fn peers(all: &Settings, host: &Arc<Host>) -> Peers {
    let settings = &all.iso8583;
    let limits = |link| limits(link, slowest(all));
    let defaults = settings.link();
    if settings.peers.is_empty() {
        return Peers::anybody(Terms { host: Arc::clone(host), limits: limits(defaults) });
    }
    let named = settings.peers.iter().map(|peer| {
        let link = peer.link(defaults);
        let host = Arc::new(host.with_settings(host_settings(settings, link)));
        let networks = peer.networks.iter().map(|network| network.0).collect();
        (peer.name.clone(), networks, Terms { host, limits: limits(link) })
    });
    Peers::named(named.collect())
}

/// How long a request may take: it waits for a writer, and with an endpoint of the operator for
/// that and then for a writer again.
fn slowest(settings: &Settings) -> Duration {
    let patience = Duration::from_millis(settings.iso8583.patience_ms);
    if settings.decision_hook.is_on() {
        return patience.saturating_mul(2).saturating_add(settings.decision_hook.timeout());
    }
    patience
}

const fn limits(link: Link, slowest: Duration) -> PeerLimits {
    PeerLimits {
        max_connections: link.max_connections,
        max_in_flight_per_connection: link.max_in_flight,
        max_per_second: link.max_per_second,
        idle_timeout: Duration::from_secs(link.idle_seconds),
        handshake_timeout: HANDSHAKE_PATIENCE,
        write_timeout: WRITE_PATIENCE,
        end_patience: slowest.saturating_add(END_MARGIN),
    }
}

const fn host_settings(settings: &Iso8583, link: Link) -> HostSettings {
    HostSettings {
        format: format(link),
        patience: Duration::from_millis(settings.patience_ms),
        starts_signed_on: link.starts_signed_on,
        cvv_decline_code: match link.cvv_decline_code {
            CvvCode::DoNotHonour => CvvDeclineCode::DoNotHonour,
            CvvCode::CvvFailure => CvvDeclineCode::CvvFailure,
            CvvCode::IncorrectCvv => CvvDeclineCode::IncorrectCvv,
        },
    }
}

const fn format(link: Link) -> WireFormat {
    WireFormat {
        bitmap: match link.bitmap {
            Bitmap::Binary => BitmapEncoding::Binary,
            Bitmap::Hex => BitmapEncoding::Hex,
        },
        numerics: match link.numerics {
            Numerics::Ascii => NumericEncoding::Ascii,
            Numerics::Bcd => NumericEncoding::Bcd,
        },
        header: match link.header {
            Header::None => FrameHeader::None,
            Header::TwoByte => FrameHeader::TwoByte,
            Header::FourAscii => FrameHeader::FourAscii,
        },
        transport: if link.tpdu { TransportHeader::Tpdu } else { TransportHeader::None },
    }
}

/// The settings' check has found all files or none.
fn tls_files(settings: &Iso8583) -> Option<TlsFiles> {
    Some(TlsFiles {
        certificate: settings.tls_certificate.clone()?,
        key: settings.tls_key.clone()?,
        client_ca: settings.tls_client_ca.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Overrides, load};

    #[test]
    fn an_ending_connection_outwaits_its_slowest_request() {
        let mut settings = load(&Overrides::default()).expect("the defaults read");
        settings.iso8583.patience_ms = 60_000;
        let end = |settings: &Settings| {
            limits(settings.iso8583.link(), slowest(settings)).end_patience.as_secs()
        };
        assert_eq!(end(&settings), 68);
        settings.decision_hook.url = "http://127.0.0.1:1/".to_owned();
        settings.decision_hook.timeout_ms = 5_000;
        assert_eq!(end(&settings), 133);
    }
}
