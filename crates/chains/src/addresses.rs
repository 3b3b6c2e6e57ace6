use cardium_app::chain::AddressSource;
use cardium_kernel::TopupId;
use cardium_topups::{Asset, Network};

/// Addresses on the simulated chain, such as `sim_tron_01j..`: the top-up's own digits behind
/// the network's name, so each is unique and none is valid on a real network.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimulatedAddresses;

impl AddressSource for SimulatedAddresses {
    fn issue(&self, network: Network, topup: TopupId) -> String {
        let text = topup.to_string();
        let digits = text.rsplit('_').next().unwrap_or(&text);
        format!("sim_{}_{digits}", network.as_str())
    }

    /// The scheme `simulated:` keeps a real wallet from taking the code for a payment request.
    fn payment_uri(&self, _: Network, asset: Asset, address: &str, amount: &str) -> String {
        format!("simulated:{address}?asset={}&amount={amount}", asset.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_their_network_and_never_repeat() {
        let topup = TopupId::new(0x0123_4567 << 80);
        let mut issued: Vec<String> = Network::ALL
            .into_iter()
            .flat_map(|network| [topup, TopupId::new(7)].map(|id| (network, id)))
            .map(|(network, id)| SimulatedAddresses.issue(network, id))
            .collect();
        assert!(issued.iter().all(|address| address.starts_with("sim_")));
        assert_eq!(issued[0].len(), "sim_tron_".len() + 26);
        issued.sort_unstable();
        issued.dedup();
        assert_eq!(issued.len(), 6);
    }

    #[test]
    fn the_payment_uri_says_that_it_is_simulated() {
        let address = SimulatedAddresses.issue(Network::Tron, TopupId::new(256));
        let uri = SimulatedAddresses.payment_uri(Network::Tron, Asset::Usdt, &address, "500.00");
        assert_eq!(uri, "simulated:sim_tron_00000000000000000000000080?asset=USDT&amount=500.00");
    }
}
