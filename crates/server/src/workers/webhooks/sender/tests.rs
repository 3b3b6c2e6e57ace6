use cardium_app::{reads::StoredEvent, webhooks::webhook_secret_aad};
use cardium_kernel::{AccountId, Book, DeliveryId, EndpointId, EventId, Metadata};
use cardium_vault::{RawKeys, SealRandom, seal};
use cardium_webhooks::{
    Cause, Delivery, DeliveryState, Endpoint, EndpointStatus, EventFilter, Ordering, Payload,
    SigningSecret, signature_header,
};

use super::*;

mod hostile;
mod places;

use places::NoNames;

const SECRET: &str = "whsec_test";
const NOW: Timestamp = Timestamp::from_unix_seconds(1_718_999_999);

fn keys() -> Arc<Keys> {
    let raw = RawKeys {
        keks: vec![(1, [1; 32])],
        active_kek: 1,
        fingerprint: [2; 32],
        cvk: [3; 16],
        hash: [4; 32],
        audit: [5; 32],
    };
    Arc::new(Keys::try_new(&raw).unwrap())
}

fn dispatch(url: String, keys: &Keys) -> Dispatch {
    let (account, id) = (AccountId::new(256), EndpointId::new(512));
    let random = SealRandom::from_bytes(&[7; SealRandom::BYTES]);
    let aad = webhook_secret_aad(account, id);
    let secret = seal(SECRET.as_bytes(), &aad, keys.ring().active(), random).unwrap();
    Dispatch {
        delivery: Delivery {
            id: DeliveryId::new(768),
            account,
            event: EventId::new(1_024),
            endpoint: id,
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: NOW,
            last_status: 0,
            cause: Cause::Event,
            object: 1,
            account_seq: 5,
            ordered: false,
            log: Vec::new(),
            created_at: NOW,
        },
        event: StoredEvent {
            id: EventId::new(1_024),
            account,
            account_seq: 5,
            kind: "card.frozen".to_owned(),
            object_version: 2,
            book: Book::Sandbox,
            object: br#"{"id":"card_1"}"#.to_vec(),
            created_at: NOW,
        },
        endpoint: Arc::new(Endpoint {
            id,
            account,
            url,
            events: EventFilter::Everything,
            mode: None,
            description: String::new(),
            secret: secret.to_bytes(),
            next_secret: None,
            payload: Payload::Full,
            ordering: Ordering::None,
            disabled_by: None,
            warned_at: None,
            grant: None,
            version: 1,
            status: EndpointStatus::Enabled,
            metadata: Metadata::default(),
            created_at: NOW,
            updated_at: NOW,
        }),
    }
}

fn sender(timeout: Duration) -> Sender {
    Sender::try_new((Reach::LoopbackToo, Arc::new(NoNames)), timeout, keys()).unwrap()
}

#[tokio::test]
async fn an_event_goes_out_signed_and_labelled() {
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    let (url, taken) = hostile::receive(answer.as_bytes().to_vec()).await;
    let sender = sender(Duration::from_secs(10));
    let dispatch = dispatch(url, &sender.keys);
    let answered = sender.send(&dispatch, NOW).await.unwrap();
    assert_eq!((answered.status, answered.excerpt.as_str()), (204, ""));
    let request = taken.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let signed = SigningSecret::restore(SECRET.to_owned());
    let signature = signature_header(&signed, NOW, body.as_bytes());
    let head = head.to_lowercase();
    for line in [
        "post /hook http/1.1".to_owned(),
        "content-type: application/json".to_owned(),
        format!("cryptocardium-signature: {signature}"),
        format!("cryptocardium-event-id: {}", dispatch.event.id),
        format!("cryptocardium-delivery: {}", dispatch.delivery.id),
        format!("webhook-id: {}", dispatch.event.id),
        format!("webhook-timestamp: {}", NOW.unix_seconds()),
        "webhook-signature: v1,".to_owned(),
        format!("user-agent: {}", USER_AGENT.to_lowercase()),
    ] {
        assert!(head.contains(&line), "{line} is not in {head}");
    }
    assert!(!head.contains("accept-encoding"), "{head}");
    assert!(body.contains(r#""account_seq":5"#), "{body}");
}
