use crate::{Currency, Money, MoneyError};

/// A crypto asset that is accepted at its face value in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asset {
    /// Tether USD.
    Usdt,
}

impl Asset {
    /// The asset's ticker.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usdt => "USDT",
        }
    }

    /// The asset with this ticker.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::Usdt.as_str()).then_some(Self::Usdt)
    }
}

/// A chain on which an asset travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// Tron (TRC-20).
    Tron,
    /// Ethereum (ERC-20).
    Ethereum,
    /// BNB Smart Chain (BEP-20).
    Bsc,
}

impl Network {
    /// All networks.
    pub const ALL: [Self; 3] = [Self::Tron, Self::Ethereum, Self::Bsc];

    /// The network's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tron => "tron",
            Self::Ethereum => "ethereum",
            Self::Bsc => "bsc",
        }
    }

    /// The network with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.as_str() == text)
    }

    /// Decimals of an asset's smallest unit on this network; USDT has 18 on BSC, else 6.
    #[must_use]
    pub const fn decimals(self, asset: Asset) -> u32 {
        match (asset, self) {
            (Asset::Usdt, Self::Bsc) => 18,
            (Asset::Usdt, Self::Tron | Self::Ethereum) => 6,
        }
    }

    /// The asset's smallest units that are worth this amount of US dollars.
    #[must_use]
    pub fn units_of(self, asset: Asset, amount: Money) -> u128 {
        let scale = 10_u128.pow(self.decimals(asset).saturating_sub(2));
        u128::try_from(amount.minor()).unwrap_or(0).saturating_mul(scale)
    }

    /// The value in US dollars of smallest units, rounded down to the cent.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn value_of(self, asset: Asset, units: u128) -> Result<Money, MoneyError> {
        let scale = 10_u128.pow(self.decimals(asset).saturating_sub(2));
        let cents = units.checked_div(scale).unwrap_or(0);
        let cents = i64::try_from(cents).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(cents, Currency::Usd))
    }
}

/// The pairs that are accepted.
pub const SUPPORTED: [(Asset, Network); 3] =
    [(Asset::Usdt, Network::Tron), (Asset::Usdt, Network::Ethereum), (Asset::Usdt, Network::Bsc)];

/// Whether the asset is accepted on the network.
#[must_use]
pub fn is_supported(asset: Asset, network: Network) -> bool {
    SUPPORTED.contains(&(asset, network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_dollars_convert_both_ways() {
        for network in Network::ALL {
            let units = network.units_of(Asset::Usdt, Money::usd(50_001));
            assert_eq!(network.value_of(Asset::Usdt, units), Ok(Money::usd(50_001)));
            assert_eq!(network.value_of(Asset::Usdt, units - 1), Ok(Money::usd(50_000)));
        }
    }
}
