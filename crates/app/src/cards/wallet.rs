use cardium_cards::WalletProvider;
use cardium_kernel::CardId;

use crate::{CommandResult, Context, Hints, Unit, UseCase, event::CardView};

use super::{get_card, keep};

/// Makes a card ready for a mobile wallet.
#[derive(Debug, Clone)]
pub struct ProvisionWallet {
    /// Which card.
    pub card: CardId,
    /// Which wallet.
    pub wallet: WalletProvider,
}

impl UseCase for ProvisionWallet {
    type Output = CardView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_card(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let mut card = get_card(unit, self.card)?;
        let change = card.provision_wallet(self.wallet, unit.now())?;
        keep(unit, (card, change), "card.wallet_provisioned")
    }
}
