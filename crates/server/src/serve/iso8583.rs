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
pub(super) fn door(settings: &Iso8583, host: &Arc<Host>) -> Result<Option<Door>, TlsError> {
    if !settings.enabled {
        return Ok(None);
    }
    let tls = tls_files(settings).map(|files| iso::acceptor(&files)).transpose()?;
    let peers = peers(settings, host);
    Ok(Some(Door { peers, max_connections: settings.max_connections, tls }))
}

/// Serves it on a bound listener.
pub(super) fn serve(listener: TcpListener, door: Door) -> io::Result<Serving> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(iso::serve(listener, door, stopping));
    Ok((stop, serving))
}

fn peers(settings: &Iso8583, host: &Arc<Host>) -> Peers {
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

const fn limits(link: Link) -> PeerLimits {
    PeerLimits {
        max_connections: link.max_connections,
        max_in_flight_per_connection: link.max_in_flight,
        max_per_second: link.max_per_second,
        idle_timeout: Duration::from_secs(link.idle_seconds),
        handshake_timeout: HANDSHAKE_PATIENCE,
        write_timeout: WRITE_PATIENCE,
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
