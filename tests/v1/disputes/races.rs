//! Disputes that are filed at once.

use cardium_testkit::Backend;
use reqwest::Method;

use super::{Shopper, wish};
use crate::{
    on_both,
    support::{Server, ids},
};

on_both! {
    one_of_many_filings_wins;
}

fn one_of_many_filings_wins(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let steps = [&shopper.captured, &shopper.authorized];
    let requests = steps.iter().cycle().take(10);
    let request =
        |step: &&_| shopper.client.request(Method::POST, "/v1/disputes").json(&wish(step));
    let replies = shopper.client.all(requests.map(request).collect());
    let (filed, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!((filed.len(), refused.len()), (1, 9));
    for reply in refused {
        reply.expect_error(409, "dispute_exists", None);
    }
    assert_eq!(ids(&shopper.client.get("/v1/disputes").expect(200)).len(), 1);
    assert_eq!(shopper.available(), "100.00");
}
