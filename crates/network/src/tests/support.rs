use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use cardium_app::{
    Database, Edge, Entropy, Lane, Policy, WithdrawalFees,
    database::{Job, SubmitError},
};
use cardium_authorizations::{Finality, Merchant};
use cardium_iso8583::{Message, Mti, WireFormat, encode};
use cardium_kernel::{AuthorizationId, Clock, Money, Rate, Timestamp};
use cardium_vault::{Expiry, Keys, Pan, RawKeys};

use crate::{
    CvvDeclineCode, Host, HostSettings,
    simulate::{Purchase, Trace},
    translate::{Command, Refusal, translate},
};

/// A test number of the schemes: it passes its check digit and belongs to nobody.
pub(super) const PAN: &str = "4111111111111111";

pub(super) fn keys() -> Keys {
    let raw = RawKeys {
        keks: vec![(1, [1; 32])],
        active_kek: 1,
        fingerprint: [2; 32],
        cvk: [3; 16],
        hash: [4; 32],
        audit: [5; 32],
    };
    Keys::try_new(&raw).unwrap()
}

pub(super) fn expiry() -> Expiry {
    Expiry::parse("2911").unwrap()
}

pub(super) fn trace(stan: &str) -> Trace {
    Trace {
        transmitted_at: "0519073000".into(),
        stan: stan.into(),
        retrieval_reference: "613907000001".into(),
        acquirer: "00400001".into(),
        terminal: "TERM1".into(),
        network_trace: "NET000000000001".into(),
    }
}

pub(super) fn purchase() -> Purchase {
    let merchant = Merchant {
        name: "Blue Bottle".into(),
        mcc: "5814".into(),
        id: "M-1".into(),
        city: "Oakland".into(),
        country: "US".into(),
    };
    let pan = Pan::parse(PAN).unwrap();
    let online = Purchase::online(pan, Money::usd(1_250), merchant, trace("000042"));
    Purchase { expiry: Some(expiry()), ..online }
}

/// The clearing of [`purchase`], or a force post.
pub(super) fn clearing(approval_code: Option<&str>) -> Message {
    purchase().clearing(approval_code, Finality::Last).unwrap()
}

/// The reversal of [`request`].
pub(super) fn reversal(mti: Mti, remaining: Option<Money>) -> Message {
    let original = Mti::AUTHORIZATION_REQUEST;
    let reversal = purchase().reversal(mti, original, &trace("000043"), remaining);
    reversal.unwrap()
}

/// A message with the fields of another under its own type.
pub(super) fn retyped(message: &Message, mti: &str) -> Message {
    let mut copy = Message::new(mti.parse().unwrap());
    for de in message.fields() {
        copy.set(de, message.get(de).unwrap()).unwrap();
    }
    copy
}

/// A message with some fields changed.
pub(super) fn changed(message: &Message, fields: &[(u8, &str)]) -> Message {
    let mut message = message.clone();
    for (de, text) in fields {
        message.set(*de, text).unwrap();
    }
    message
}

pub(super) fn request() -> Message {
    purchase().request().unwrap()
}

pub(super) fn translated(message: Message) -> Result<Command, Refusal> {
    let (message, id) = (Arc::new(message), AuthorizationId::new(0x100));
    translate(&message, &keys(), CvvDeclineCode::default(), id)
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_779_000_000)
    }
}

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// A write path that settles nothing: every command ends with this error.
struct Failing(SubmitError);

impl Database for Failing {
    fn submit(&self, lane: Lane, _: Duration, job: Box<dyn Job>) {
        assert!(matches!(lane, Lane::Network | Lane::NetworkAdvice));
        job.fail(self.0.clone());
    }
}

pub(super) fn host(error: SubmitError) -> Host {
    let policy = Policy {
        load_fee: Rate::from_millionths(0),
        conversion_fee: Rate::from_millionths(0),
        topup_minimum: Money::usd(0),
        topup_live_from: Money::usd(0),
        topup_maximum: Money::usd(0),
        load_maximum: Money::usd(0),
        withdrawal_minimum: Money::usd(0),
        withdrawal_fees: WithdrawalFees::NONE,
        withdrawal_cooling: Duration::ZERO,
        api_keys_maximum: 0,
        cards_maximum: 1_000,
        webhooks_maximum: 0,
        webhook_patience: Default::default(),
        open_tickets_maximum: 50,
    };
    Host {
        database: Arc::new(Failing(error)),
        edge: Edge { clock: Arc::new(Fixed), entropy: Arc::new(Fixed), policy: Arc::new(policy) },
        keys: Arc::new(keys()),
        settings: HostSettings {
            format: WireFormat::default(),
            patience: Duration::from_secs(1),
            starts_signed_on: false,
            cvv_decline_code: CvvDeclineCode::default(),
        },
        hook: None,
    }
}

pub(super) fn bytes(message: &Message) -> Vec<u8> {
    encode(message, &WireFormat::default()).to_vec()
}

/// Runs a future that waits for nobody.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}
