//! Rate limits without a database: each process counts for itself then, and the clock stands
//! still here.

use std::time::Duration;

use actix_web::test::TestRequest;
use cardium_auth::{Scope, TokenKind};
use cardium_http::RateSettings;

use crate::support::{Doors, Reply};

const LIMITS: RateSettings = RateSettings {
    per_second: 60,
    per_minute: 1_000,
    per_day: 50_000,
    unauthenticated_per_minute: 3,
    sign_in_per_minute: 2,
    accounts_per_hour: 2,
    registrations_per_hour: 2,
    reveals_per_minute: 2,
    password_checks_per_minute: 2,
};

fn limited(limits: RateSettings) -> Doors {
    Doors::with(|wiring| wiring.settings.rate_limits = Some(limits))
}

fn told(reply: &Reply) -> [Option<&str>; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
        .map(|name| reply.header(name))
}

#[actix_web::test]
async fn the_sixty_first_request_of_a_second_is_refused() {
    let doors = limited(LIMITS);
    let token = doors.session();
    for asked in 1..=60 {
        let reply = doors.get("/v1/balance", &token).await;
        let left = (1_000 - asked).to_string();
        // Now is the last 20 seconds of a minute.
        let reset = Some("1780000020");
        assert_eq!((reply.status, told(&reply)), (200, [Some("1000"), Some(&*left), reset]));
    }
    let refused = doors.get("/v1/balance", &token).await;
    assert_eq!(refused.refusal(), (429, "rate_limited", None));
    assert_eq!((refused.header("retry-after"), told(&refused)[1]), (Some("1"), Some("940")));
    let other = doors.credential(TokenKind::ApiKey(None), Scope::ALL, Duration::ZERO);
    assert_eq!(doors.get("/v1/balance", &other).await.status, 200);
}

/// The write queue of these doors is full: nothing can be reserved.
#[actix_web::test]
async fn without_the_database_the_minute_still_holds() {
    let doors = limited(RateSettings { per_minute: 20, ..LIMITS });
    let token = doors.session();
    for _ in 0..20 {
        assert_eq!(doors.get("/v1/balance", &token).await.status, 200);
    }
    let refused = doors.get("/v1/balance", &token).await;
    assert_eq!(refused.refusal(), (429, "rate_limited", None));
    assert_eq!(refused.header("retry-after"), Some("20"));
}

#[actix_web::test]
async fn strangers_are_counted_by_address() {
    let doors = limited(LIMITS);
    let health = |peer: &str| {
        doors.send(TestRequest::get().uri("/v1/system/health").peer_addr(peer.parse().unwrap()))
    };
    for left in ["2", "1", "0"] {
        let reply = health("192.0.2.1:1000").await;
        assert_eq!((reply.status, told(&reply)[1]), (503, Some(left)));
    }
    let refused = health("192.0.2.1:2000").await;
    assert_eq!(refused.refusal(), (429, "rate_limited", None));
    assert_eq!(told(&refused)[..2], [Some("3"), Some("0")]);
    assert_eq!(health("192.0.2.2:1000").await.status, 503, "another address");
}

/// A guess that would hit is answered like one that would not; who is known already goes on.
#[actix_web::test]
async fn an_address_that_guesses_learns_nothing_more() {
    let doors = limited(LIMITS);
    let known = doors.session();
    assert_eq!(doors.get("/v1/balance", &known).await.status, 200);
    for _ in 0..3 {
        assert_eq!(doors.get("/v1/balance", "ccm_live_guess").await.status, 401);
    }
    let hit = doors.credential(TokenKind::ApiKey(None), Scope::ALL, Duration::ZERO);
    for token in ["ccm_live_guess", &hit, "nonsense"] {
        let reply = doors.get("/v1/balance", token).await;
        assert_eq!(reply.refusal(), (429, "rate_limited", None), "{token}");
        assert_eq!(told(&reply), [Some("3"), Some("0"), Some("1780000020")], "{token}");
    }
    assert_eq!(doors.get("/v1/balance", &known).await.status, 200);
}

/// Nobody's guesses keep out whoever was there before, however long ago the look-up.
#[actix_web::test]
async fn who_passed_before_goes_on_beside_strangers() {
    let doors = Doors::with(|wiring| {
        wiring.settings.rate_limits = Some(LIMITS);
        wiring.settings.credential_cache = 0;
    });
    let (known, key) =
        (doors.session(), doors.credential(TokenKind::ApiKey(None), Scope::ALL, Duration::ZERO));
    for token in [&known, &key] {
        assert_eq!(doors.get("/v1/balance", token).await.status, 200);
    }
    for _ in 0..3 {
        assert_eq!(doors.get("/v1/balance", "sess_wrong").await.status, 401);
    }
    let new = doors.session();
    assert_eq!(doors.get("/v1/balance", &new).await.refusal(), (429, "rate_limited", None));
    for token in [&known, &key] {
        assert_eq!(doors.get("/v1/balance", token).await.status, 200);
    }
    // One that ended meanwhile is looked up once more, and from then on is nobody's.
    doors.reads.credentials.lock().unwrap().clear();
    for _ in 0..2 {
        let refused = doors.get("/v1/balance", &known).await;
        assert_eq!(refused.refusal(), (429, "rate_limited", None));
    }
}

#[actix_web::test]
async fn a_refusal_costs_and_is_told_where_the_caller_stands() {
    let doors = limited(LIMITS);
    let key = doors.credential(TokenKind::ApiKey(None), &[Scope::CardRead], Duration::ZERO);
    let refused = doors.get("/v1/balance", &key).await;
    assert_eq!(refused.refusal(), (403, "insufficient_scope", None));
    assert_eq!(told(&refused)[..2], [Some("1000"), Some("999")]);
    let unlimited = Doors::new();
    let reply = unlimited.get("/v1/balance", &unlimited.session()).await;
    assert_eq!(told(&reply), [None; 3]);
}

#[actix_web::test]
async fn what_does_not_pass_is_counted_to_its_address_and_not_to_its_owner() {
    let doors = limited(RateSettings { per_minute: 2, ..LIMITS });
    let key = doors.credential(TokenKind::ApiKey(None), Scope::ALL, Duration::ZERO);
    doors.allow(&["192.0.2.1"]);
    let ask = |peer: &str| {
        let request = TestRequest::get().uri("/v1/balance").peer_addr(peer.parse().unwrap());
        doors.send(request.insert_header(("Authorization", format!("Bearer {key}"))))
    };
    for left in ["2", "1", "0"] {
        let refused = ask("192.0.2.66:1000").await;
        assert_eq!(refused.refusal(), (403, "key_ip_not_allowed", None));
        assert_eq!(told(&refused)[..2], [Some("3"), Some(left)]);
    }
    let refused = ask("192.0.2.66:1000").await;
    assert_eq!(refused.refusal(), (429, "rate_limited", None));
    let own = ask("192.0.2.1:1000").await;
    assert_eq!((own.status, &told(&own)[..2]), (200, &[Some("2"), Some("1")][..]));
}
