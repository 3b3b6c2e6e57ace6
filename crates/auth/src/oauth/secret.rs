use data_encoding::BASE64URL_NOPAD;

/// What is handed out once and kept as a keyed hash. Each kind has hashes of its own, so that none
/// passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A code.
    Code,
    /// A refresh token.
    Refresh,
    /// What a client proves itself with.
    ClientSecret,
    /// What a client manages its registration with.
    Registration,
}

impl SecretKind {
    /// A secret of these random bytes.
    #[must_use]
    pub fn text(self, random: &[u8; 32]) -> String {
        format!("{}{}", self.prefix(), BASE64URL_NOPAD.encode(random))
    }

    /// What its keyed hash is separated by.
    #[must_use]
    pub const fn domain(self) -> &'static str {
        match self {
            Self::Code => "oauth code",
            Self::Refresh => "oauth refresh token",
            Self::ClientSecret => "oauth client secret",
            Self::Registration => "oauth registration token",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "ccode_",
            Self::Refresh => "crt_",
            Self::ClientSecret => "ccs_",
            Self::Registration => "cra_",
        }
    }
}
