//! TLS of the listeners: certificates and keys from PEM files, read once at start.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ConfigBuilder, RootCertStore, ServerConfig, SupportedProtocolVersion, WantsVerifier,
        crypto::aws_lc_rs,
        pki_types::{
            CertificateDer, PrivateKeyDer,
            pem::{Error as PemError, PemObject},
        },
        server::{VerifierBuilderError, WebPkiClientVerifier},
        version::{TLS12, TLS13},
    },
};

/// The PEM files of a listener that takes TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate chain, the listener's own first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Who signs the peers' certificates; without it they need none.
    pub client_ca: Option<PathBuf>,
}

/// What the settings of a listener's files are called.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// That of the certificate chain.
    pub certificate: &'static str,
    /// That of the private key.
    pub key: &'static str,
}

/// The card network's listener.
const NETWORK: Keys = Keys { certificate: "iso8583.tls_certificate", key: "iso8583.tls_key" };
/// The HTTP listener.
const HTTP: Keys = Keys { certificate: "server.tls_certificate", key: "server.tls_key" };

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not what it should be.
    #[error("the setting {setting}: {path} does not read as PEM")]
    File {
        /// The key of the setting.
        setting: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: PemError,
    },
    /// A file has no certificate in it.
    #[error("the setting {setting}: {path} has no certificate")]
    NoCertificate {
        /// The key of the setting.
        setting: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// Certificate and key do not go together, or cannot be used.
    #[error("{} and {} cannot be used together", .keys.certificate, .keys.key)]
    Certificate {
        /// Whose they are.
        keys: Keys,
        /// What is wrong.
        source: rustls::Error,
    },
    /// An authority's certificate cannot be used.
    #[error("the setting iso8583.tls_client_ca has a certificate that cannot be used")]
    Authority(#[source] rustls::Error),
    /// The authorities cannot verify anybody.
    #[error("the setting iso8583.tls_client_ca cannot be used")]
    Verifier(#[from] VerifierBuilderError),
}

/// Reads the files, and takes TLS 1.2 and 1.3 with them.
///
/// # Errors
/// [`TlsError`], which names the setting.
pub fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let (chain, key) = identity(NETWORK, &files.certificate, &files.key)?;
    let versions = [&TLS13, &TLS12];
    let config = match &files.client_ca {
        None => builder(NETWORK, &versions)?.with_no_client_auth(),
        Some(path) => {
            let authorities = Arc::new(authorities(path)?);
            let provider = Arc::new(aws_lc_rs::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(authorities, provider);
            builder(NETWORK, &versions)?.with_client_cert_verifier(verifier.build()?)
        }
    };
    let config = config.with_single_cert(chain, key).map_err(|source| failed(NETWORK, source))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Reads the files of the HTTP listener, which takes TLS 1.3 only.
///
/// # Errors
/// [`TlsError`], which names the setting.
pub fn https(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let (chain, key) = identity(HTTP, certificate, key)?;
    let config = builder(HTTP, &[&TLS13])?.with_no_client_auth();
    config.with_single_cert(chain, key).map_err(|source| failed(HTTP, source))
}

fn identity(
    keys: Keys,
    certificate: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain = certificates(keys.certificate, certificate)?;
    let read = PrivateKeyDer::from_pem_file(key);
    let key = read.map_err(|source| {
        let (setting, path) = (keys.key, key.to_owned());
        TlsError::File { setting, path, source }
    })?;
    Ok((chain, key))
}

const fn failed(keys: Keys, source: rustls::Error) -> TlsError {
    TlsError::Certificate { keys, source }
}

/// Named in full: what the process has for a default is another library's choice.
fn builder(
    keys: Keys,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    builder.with_protocol_versions(versions).map_err(|source| failed(keys, source))
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates("iso8583.tls_client_ca", path)? {
        store.add(certificate).map_err(TlsError::Authority)?;
    }
    Ok(store)
}

fn certificates(
    setting: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::File { setting, path: path.to_owned(), source };
    let read = CertificateDer::pem_file_iter(path).map_err(failed)?;
    let found = read.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if found.is_empty() {
        return Err(TlsError::NoCertificate { setting, path: path.to_owned() });
    }
    Ok(found)
}
