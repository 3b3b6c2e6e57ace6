/// How far a card is on its way into a mobile wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletState {
    /// May be added at once.
    Ready,
    /// The product supports it; nobody asked yet.
    Pending,
    /// The product is not taken by this wallet.
    Unsupported,
}

impl WalletState {
    /// The state's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Pending => "pending",
            Self::Unsupported => "unsupported",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ready, Self::Pending, Self::Unsupported]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// The state of a new card.
    #[must_use]
    pub const fn initial(supported: bool, asked: bool) -> Self {
        match (supported, asked) {
            (false, _) => Self::Unsupported,
            (true, true) => Self::Ready,
            (true, false) => Self::Pending,
        }
    }
}

/// A mobile wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletProvider {
    /// Apple Pay.
    ApplePay,
    /// Google Pay.
    GooglePay,
}

impl WalletProvider {
    /// The wallet's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApplePay => "apple_pay",
            Self::GooglePay => "google_pay",
        }
    }

    /// The wallet with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ApplePay, Self::GooglePay].into_iter().find(|wallet| wallet.as_str() == text)
    }
}

/// A card's standing with both wallets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Apple Pay.
    pub apple_pay: WalletState,
    /// Google Pay.
    pub google_pay: WalletState,
}

impl Wallet {
    /// The card's standing with one of them.
    #[must_use]
    pub const fn state(self, wallet: WalletProvider) -> WalletState {
        match wallet {
            WalletProvider::ApplePay => self.apple_pay,
            WalletProvider::GooglePay => self.google_pay,
        }
    }

    /// The same standing, but ready for this wallet.
    #[must_use]
    pub const fn ready_for(self, wallet: WalletProvider) -> Self {
        match wallet {
            WalletProvider::ApplePay => Self { apple_pay: WalletState::Ready, ..self },
            WalletProvider::GooglePay => Self { google_pay: WalletState::Ready, ..self },
        }
    }
}
