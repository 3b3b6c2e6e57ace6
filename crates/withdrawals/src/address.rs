use std::fmt;

use alloy_primitives::Address as EvmAddress;
use cardium_kernel::Network;

/// The first byte of a Tron address, which makes its text begin with a T.
const TRON_PREFIX: u8 = 0x41;
/// Characters of a Tron address.
const TRON_LENGTH: usize = 34;
/// Characters of an EVM address.
const EVM_LENGTH: usize = 42;

/// Where coins were burnt, beside the address of twenty zero bytes.
const BURNT: [[u8; 20]; 2] = [
    *b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xde\xad",
    *b"\xde\xad\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
];
/// The contracts of USDT. Coins that are sent to their own contract are lost.
const TETHER_TRON: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
const TETHER_ETHEREUM: &str = "0xdAC17F958D2ee523a2206206994597C13D831ec7";
const TETHER_BSC: &str = "0x55d398326f99059fF775485246999027B3197955";
const TETHER: [&str; 3] = [TETHER_TRON, TETHER_ETHEREUM, TETHER_BSC];

/// An address that can be paid on a chain, in the one form in which that chain writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

/// Why a text is no address that can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No address of the chain.
    #[error("the address is none of this chain")]
    Malformed,
    /// Its checksum does not match: a character is wrong.
    #[error("the address has a wrong checksum: a character is mistyped")]
    Checksum,
    /// It is one of another chain.
    #[error("the address is one of another chain")]
    OtherChain,
    /// Nobody holds the key to it.
    #[error("nobody can spend what is sent to this address")]
    Unspendable,
}

impl Address {
    /// Reads an address as people write it. EVM addresses may be in one case; mixed case is a
    /// checksum (EIP-55) and must match.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(network: Network, text: &str) -> Result<Self, AddressError> {
        let address = match network {
            Network::Tron if looks_evm(text) => return Err(AddressError::OtherChain),
            Network::Tron => tron(text)?,
            Network::Ethereum | Network::Bsc if looks_tron(text) => {
                return Err(AddressError::OtherChain);
            }
            Network::Ethereum | Network::Bsc => evm(text)?,
        };
        // On a chain that it is none of, nobody can be behind such an address either.
        if TETHER.contains(&address.as_str()) {
            return Err(AddressError::Unspendable);
        }
        Ok(Self(address))
    }

    /// The address as its chain writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn looks_evm(text: &str) -> bool {
    text.len() == EVM_LENGTH && (text.starts_with("0x") || text.starts_with("0X"))
}

fn looks_tron(text: &str) -> bool {
    text.len() == TRON_LENGTH && text.starts_with('T')
}

/// Base58 of the prefix, twenty bytes and the first four of their double SHA-256.
fn tron(text: &str) -> Result<String, AddressError> {
    // The decoder takes quadratic time, so that length comes first.
    if !looks_tron(text) {
        return Err(AddressError::Malformed);
    }
    let decoded = bs58::decode(text).with_check(Some(TRON_PREFIX)).into_vec();
    let bytes = decoded.map_err(|error| match error {
        bs58::decode::Error::InvalidChecksum { .. } => AddressError::Checksum,
        _ => AddressError::Malformed,
    })?;
    let body = bytes.get(1..).and_then(|body| <[u8; 20]>::try_from(body).ok());
    check_spendable(body.ok_or(AddressError::Malformed)?)?;
    Ok(text.to_owned())
}

fn evm(text: &str) -> Result<String, AddressError> {
    if !looks_evm(text) || !text.starts_with("0x") {
        return Err(AddressError::Malformed);
    }
    let address: EvmAddress = text.parse().map_err(|_| AddressError::Malformed)?;
    check_spendable(address.into_array())?;
    let checked = address.to_checksum(None);
    let digits = text.trim_start_matches("0x");
    let one_case = !digits.bytes().any(|byte| byte.is_ascii_uppercase())
        || !digits.bytes().any(|byte| byte.is_ascii_lowercase());
    if !one_case && checked != text {
        return Err(AddressError::Checksum);
    }
    Ok(checked)
}

fn check_spendable(bytes: [u8; 20]) -> Result<(), AddressError> {
    // Below this lie the zero address and precompiled contracts, which keep what they are sent.
    let reserved = bytes.iter().take(18).all(|byte| *byte == 0);
    if reserved || BURNT.contains(&bytes) {
        return Err(AddressError::Unspendable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of EIP-55.
    const EVM: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    /// The hot wallet of an exchange.
    const TRON: &str = "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G";

    fn parse(network: Network, text: &str) -> Result<String, AddressError> {
        Address::parse(network, text).map(|address| address.to_string())
    }

    #[test]
    fn one_case_is_taken_and_mixed_case_is_a_checksum() {
        for network in [Network::Ethereum, Network::Bsc] {
            let upper = format!("0x{}", EVM[2..].to_uppercase());
            for text in [EVM, &EVM.to_lowercase(), &upper] {
                assert_eq!(parse(network, text).as_deref(), Ok(EVM), "{text}");
            }
            let wrong = EVM.replacen('A', "a", 1);
            assert_eq!(parse(network, &wrong), Err(AddressError::Checksum));
        }
    }

    #[test]
    fn tron_addresses_carry_their_checksum() {
        assert_eq!(parse(Network::Tron, TRON).as_deref(), Ok(TRON));
        let wrong = TRON.replace("32G", "32H");
        assert_eq!(parse(Network::Tron, &wrong), Err(AddressError::Checksum));
        assert_eq!(parse(Network::Tron, &TRON.to_lowercase()), Err(AddressError::Malformed));
        let zeros = TRON.replace('o', "0");
        assert_eq!(parse(Network::Tron, &zeros), Err(AddressError::Malformed));
    }

    #[test]
    fn another_chains_address_is_told_apart() {
        assert_eq!(parse(Network::Tron, EVM), Err(AddressError::OtherChain));
        assert_eq!(parse(Network::Ethereum, TRON), Err(AddressError::OtherChain));
        assert_eq!(parse(Network::Bsc, TRON), Err(AddressError::OtherChain));
    }

    #[test]
    fn nothing_is_sent_where_nobody_can_spend_it() {
        for text in [
            "0x0000000000000000000000000000000000000000",
            "0x0000000000000000000000000000000000000001",
            "0x000000000000000000000000000000000000dEaD",
            "0xdead000000000000000000000000000000000000",
            TETHER_ETHEREUM,
            TETHER_BSC,
        ] {
            for network in [Network::Ethereum, Network::Bsc] {
                assert_eq!(parse(network, text), Err(AddressError::Unspendable), "{text}");
            }
        }
        // The zero address of Tron.
        for text in ["T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", TETHER_TRON] {
            assert_eq!(parse(Network::Tron, text), Err(AddressError::Unspendable), "{text}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in ["", "T", "0x", "sim_tron_1", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"] {
            for network in Network::ALL {
                assert_eq!(parse(network, text), Err(AddressError::Malformed), "{text}");
            }
        }
        let prefix = EVM.replace("0x", "0X");
        assert_eq!(parse(Network::Ethereum, &prefix), Err(AddressError::Malformed));
        let letter = EVM.replace('5', "g");
        assert_eq!(parse(Network::Ethereum, &letter), Err(AddressError::Malformed));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,64}") {
            for network in Network::ALL {
                let _read = parse(network, &text);
            }
        }

        #[test]
        fn what_was_read_reads_again(bytes: [u8; 20]) {
            let text = format!("0x{}", alloy_primitives::hex::encode(bytes));
            if let Ok(first) = Address::parse(Network::Bsc, &text) {
                let again = Address::parse(Network::Bsc, first.as_str());
                proptest::prop_assert_eq!(again, Ok(first));
            }
            let mut with_prefix = vec![TRON_PREFIX];
            with_prefix.extend(bytes);
            let text = bs58::encode(with_prefix).with_check().into_string();
            if let Ok(first) = Address::parse(Network::Tron, &text) {
                proptest::prop_assert_eq!(first.as_str(), text);
            }
        }

        #[test]
        fn one_wrong_character_is_noticed(place in 1_usize..34, letter in "[1-9A-HJ-NP-Za-km-z]") {
            let mut text = TRON.to_owned();
            text.replace_range(place..=place, &letter);
            let same = text == TRON;
            proptest::prop_assert_eq!(parse(Network::Tron, &text).is_ok(), same);
        }
    }
}
