use cardium_accounts::{Email, PasswordHash};
use cardium_app::{
    Actor,
    accounts::SignUp,
    cards::{IssueCard, LoadCard, NewPan},
    topups::{CreateTopup, CreditDeposit, ObserveDeposit},
};
use cardium_auth::{CredentialKind, TokenHash, grants::Reach};
use cardium_cards::{CATALOGUE, ControlsPatch, Wallet, WalletState};
use cardium_kernel::{AccountId, Book, CardId, CredentialId, Metadata, Money, TopupId};
use cardium_topups::{Asset, Network, Transfer, TransferRef};
use cardium_vault::SealRandom;

use crate::World;

/// An account with a session, ready to act.
#[derive(Debug, Clone, Copy)]
pub struct Tenant {
    /// The account.
    pub account: AccountId,
    /// Its session.
    pub session: CredentialId,
}

impl Tenant {
    /// The tenant as an actor that may do everything.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::Credential {
            account: self.account,
            credential: self.session,
            kind: CredentialKind::Session,
            scope: None,
            reach: Reach::Beside,
        }
    }

    /// A load of one of the tenant's cards.
    #[must_use]
    pub const fn load(card: CardId, cents: i64) -> LoadCard {
        LoadCard { card, amount: Money::usd(cents), expected_fee: None }
    }
}

impl World {
    /// Signs an account up.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        let sign_up = self.sign_up();
        let tenant = Tenant { account: sign_up.account, session: sign_up.session };
        self.run(Actor::Public, sign_up).expect("sign-up succeeds");
        tenant
    }

    /// A sign-up that nobody made yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn sign_up(&self) -> SignUp {
        let account = AccountId::new(self.mint());
        SignUp {
            account,
            session: CredentialId::new(self.mint()),
            email: Email::parse(&format!("{account}@example.com")).expect("an address"),
            password: PasswordHash::from_phc("unused".to_owned()),
            token: TokenHash(self.edge.random()),
        }
    }

    /// Credits a tenant's treasury through a top-up.
    ///
    /// # Panics
    /// When a command fails.
    pub fn fund(&self, tenant: Tenant, book: Book, cents: i64) {
        let (id, account) = (TopupId::new(self.mint()), tenant.account);
        let (asset, network) = (Asset::Usdt, Network::Tron);
        let (address, amount) = (format!("sim_{id}"), Money::usd(cents));
        let create = CreateTopup {
            id,
            book: Some(book),
            asset,
            network,
            address: address.clone(),
            amount,
            metadata: Metadata::default(),
        };
        self.run(tenant.actor(), create).expect("the top-up is made");
        let reference = TransferRef { network, txid: id.to_string(), out_index: 0 };
        let deposit = reference.deposit_id();
        let units = network.units_of(asset, amount);
        let transfer = Transfer { reference, address, asset, units, height: 1, reverted: false };
        let observe = ObserveDeposit { topup: id, transfer, confirmations: 1 };
        self.run(Actor::System, observe).expect("the deposit is seen");
        let credit = CreditDeposit { deposit, topup: id, account };
        self.run(Actor::System, credit).expect("the deposit is credited");
    }

    /// Issues an empty card.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn card(&self, tenant: Tenant, book: Book) -> CardId {
        let issue = self.issue(tenant, book);
        let id = issue.id;
        self.run(tenant.actor(), issue).expect("the card is issued");
        id
    }

    /// An issue that nobody made yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn issue(&self, tenant: Tenant, book: Book) -> IssueCard {
        let id = CardId::new(self.mint());
        let [_, _, product, ..] = &CATALOGUE;
        let (digits, random) = (self.edge.random(), self.edge.random::<{ SealRandom::BYTES }>());
        let pan = NewPan::draw(&self.keys, product.bin, (tenant.account, id), (&digits, &random));
        let wallet = Wallet { apple_pay: WalletState::Pending, google_pay: WalletState::Pending };
        IssueCard {
            id,
            product,
            pan: pan.expect("a PAN is drawn"),
            book: Some(book),
            load: None,
            label: None,
            wallet,
            controls: ControlsPatch::default(),
            shipping: None,
            destination: None,
            metadata: Metadata::default(),
        }
    }
}
