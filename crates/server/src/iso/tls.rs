use std::{path::PathBuf, sync::Arc};

use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier,
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
    #[error("iso8583.tls_certificate and iso8583.tls_key cannot be used together")]
    Certificate(#[source] rustls::Error),
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
    let chain = certificates("iso8583.tls_certificate", &files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsError::File {
        setting: "iso8583.tls_key",
        path: files.key.clone(),
        source,
    })?;
    let config = match &files.client_ca {
        None => builder()?.with_no_client_auth(),
        Some(path) => {
            let authorities = Arc::new(authorities(path)?);
            let provider = Arc::new(aws_lc_rs::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(authorities, provider);
            builder()?.with_client_cert_verifier(verifier.build()?)
        }
    };
    let config = config.with_single_cert(chain, key).map_err(TlsError::Certificate)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Named in full: what the process has for a default is another library's choice.
fn builder() -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    builder.with_protocol_versions(&[&TLS13, &TLS12]).map_err(TlsError::Certificate)
}

fn authorities(path: &PathBuf) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates("iso8583.tls_client_ca", path)? {
        store.add(certificate).map_err(TlsError::Authority)?;
    }
    Ok(store)
}

fn certificates(
    setting: &'static str,
    path: &PathBuf,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::File { setting, path: path.clone(), source };
    let read = CertificateDer::pem_file_iter(path).map_err(failed)?;
    let found = read.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if found.is_empty() {
        return Err(TlsError::NoCertificate { setting, path: path.clone() });
    }
    Ok(found)
}
