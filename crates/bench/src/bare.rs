//! actix-web alone: a JSON handler that looks nothing up, the ceiling of `GET /v1/balance`.

use std::{io, net::TcpListener, num::NonZeroUsize, thread::available_parallelism};

use actix_web::{
    App, HttpServer,
    dev::Server,
    web::{self, Json},
};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::{cell::CONNECTIONS, error::BenchError, request::Request, sample::Sample, served};

const PATH: &str = "/v1/balance";

/// What a balance's answer holds, of about the same size.
#[derive(Serialize)]
struct Balance {
    object: &'static str,
    mode: &'static str,
    #[serde(flatten)]
    reported: Book,
    live: Book,
    sandbox: Book,
}

#[derive(Clone, Copy, Serialize)]
struct Book {
    available_usd: u64,
    pending_usd: u64,
    reserved_usd: u64,
    updated_at: &'static str,
}

async fn balance() -> Json<Balance> {
    let book = Book {
        available_usd: 1_000_000,
        pending_usd: 0,
        reserved_usd: 0,
        updated_at: "2026-01-01T00:00:00.000Z",
    };
    Json(Balance { object: "balance", mode: "live", reported: book, live: book, sandbox: book })
}

/// Measures it as the server under test is measured.
///
/// # Errors
/// When it does not start or answer.
pub fn measure(runtime: &Runtime, seconds: u64) -> Result<Sample, BenchError> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (handle, ended) = runtime.block_on(async {
        let server = serve(listener)?;
        Ok::<_, io::Error>((server.handle(), tokio::spawn(server)))
    })?;
    let requests = vec![Request::get(PATH, ""); CONNECTIONS];
    let sample = served::measure(address, requests, seconds);
    runtime.block_on(async {
        handle.stop(true).await;
        ended.await
    })??;
    sample
}

fn serve(listener: TcpListener) -> io::Result<Server> {
    let workers = available_parallelism().map_or(1, NonZeroUsize::get);
    let app = || App::new().route(PATH, web::get().to(balance));
    let server = HttpServer::new(app).workers(workers).disable_signals();
    Ok(server.listen(listener)?.run())
}
