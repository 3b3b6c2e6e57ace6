//! The MCP conformance suite (@modelcontextprotocol/conformance) against the transport with the
//! suite's own fixtures, against the product, and against the product's OAuth server.

mod authorization;
mod fixture;
mod suite;

use std::{collections::BTreeMap, net::TcpListener, sync::mpsc, thread};

use actix_web::{App, HttpServer, rt};
use cardium_http::{HttpSettings, Sessions, mcp_transport as transport};
use cardium_testkit::Backend;

use self::{
    fixture::Fixture,
    suite::{Suite, expected},
};
use crate::support::Server;

/// The revisions of the protocol whose scenarios are run.
const REVISIONS: [&str; 2] = ["2025-11-25", "2026-07-28"];

/// No check of a revision fails on the transport that the product uses, but for the extension that
/// neither it nor the fixtures have. Before 2026-07-28 sampling and elicitation take sessions, for
/// which the product has no use; the newer revision is served as the product serves it. At least
/// so many checks pass: fewer would be a suite that asks less.
#[test]
fn the_transport_conforms() {
    let runs = [("2025-11-25", Sessions::Kept, 83), ("2026-07-28", Sessions::None, 164)];
    for (revision, sessions, least) in runs {
        let (address, stop) = serve_fixture(sessions);
        let suite = Suite::new(&["server", "--url", &format!("http://{address}/mcp")]);
        let report = suite.requiring(revision).report();
        stop();
        let tasks = |(name, _): &(String, u64)| name.starts_with("tasks-");
        let lacking: BTreeMap<_, _> = expected(revision).into_iter().filter(tasks).collect();
        assert_eq!(report.failed, lacking, "{revision}\n{}", report.said);
        assert!(report.passed >= least, "{revision}: {}\n{}", report.passed, report.said);
    }
}

/// The product has none of the suite's fixtures: what fails for that is listed, with how many
/// checks of it, and nothing else fails.
#[test]
fn the_product_conforms_as_far_as_it_serves_what_is_asked() {
    let server = Server::shared(Backend::Sqlite);
    let owner = server.sign_up();
    for revision in REVISIONS {
        let suite = Suite::with_token(server.address(), owner.token());
        let report = suite.requiring(revision).report();
        assert_eq!(report.failed, expected(revision), "{revision}\n{}", report.said);
    }
}

/// Serves the fixtures on a free port of this process.
fn serve_fixture(sessions: Sessions) -> (String, impl FnOnce()) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (started, starting) = mpsc::channel();
    let server = thread::spawn(move || {
        rt::System::new().block_on(async move {
            let fixture = Fixture::new();
            let app = move || {
                let fixture = fixture.clone();
                let settings = HttpSettings::default();
                let serve = move || fixture.clone();
                App::new().service(transport("/mcp", sessions, &settings, serve))
            };
            // Sessions are kept by the mount, and each worker mounts its own.
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.listen(listener).expect("it listens").run();
            started.send(server.handle()).expect("somebody waits");
            server.await.expect("it runs until it is stopped");
        });
    });
    let handle = starting.recv().expect("it starts");
    let stop = move || {
        rt::System::new().block_on(handle.stop(false));
        server.join().expect("it ends well");
    };
    (address, stop)
}
